// Serves the fake on a port and prints it: wire tests with stock clients without an engine.
#include <cstdio>
#include <iostream>

#include "connect/server.h"
#include "connect/testing/fake_queries.h"

int main() {
  headrace::connect::ConnectOptions options;
  options.address = "127.0.0.1:0";
  headrace::connect::ConnectServer server(options, std::make_shared<headrace::connect::FakeQueries>());
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
  server.Stop(std::chrono::milliseconds(200));
}
