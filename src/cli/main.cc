#include <cstdio>
#include <cstring>

#include "cli/server.h"

int main(int argc, char** argv) {
  if (argc >= 2 && std::strcmp(argv[1], "serve") == 0) return headrace::cli::RunServe(argc - 2, argv + 2);
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::puts("headrace " HEADRACE_VERSION);
    return 0;
  }
  const bool asked = argc == 2 && std::strcmp(argv[1], "--help") == 0;
  std::fputs("usage: headrace --version\n       headrace serve --root DIR [options]\n       headrace serve --help\n",
             asked ? stdout : stderr);
  return asked ? 0 : 2;
}
