#include <cstdio>
#include <cstring>

#include "cli/server.h"

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "serve") == 0) return headrace::cli::RunServe(argc - 2, argv + 2);
  std::fputs("usage: headrace serve --root DIR [options]\n", stderr);
  return 2;
}
