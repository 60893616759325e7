#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "base/error.h"
#include "base/thread_share.h"
#include "cli/config.h"
#include "cli/server.h"

namespace headrace::cli {

namespace {

constexpr char kUsage[] =
    "usage: headrace serve --root DIR [--http HOST:PORT] [--connect HOST:PORT] [--config FILE]\n"
    "                      [--mlflow-ui DIR] [--memory-limit SIZE] [--tls-certificate FILE --tls-key FILE]\n"
    "                      [--tokens FILE] [--python PROGRAM] [--python-path DIR]\n";

bool ParseServe(int argc, char** argv, ServeOptions& options) {
  const std::map<std::string, std::string*> flags = {{"--root", &options.root},
                                                     {"--http", &options.http_address},
                                                     {"--connect", &options.connect_address},
                                                     {"--config", &options.config_file},
                                                     {"--memory-limit", &options.memory_limit},
                                                     {"--mlflow-ui", &options.mlflow_ui},
                                                     {"--tls-certificate", &options.tls_certificate_file},
                                                     {"--tls-key", &options.tls_key_file},
                                                     {"--tokens", &options.tokens_file},
                                                     {"--python", &options.python},
                                                     {"--python-path", &options.python_path}};
  if (const char* python = std::getenv("HEADRACE_PYTHON")) options.python = python;
  if (const char* ui = std::getenv("HEADRACE_MLFLOW_UI")) options.mlflow_ui = ui;
  for (int i = 0; i < argc; ++i) {
    const auto flag = flags.find(argv[i]);
    if (flag == flags.end() || i + 1 == argc) {
      std::fprintf(stderr, "headrace: %s %s\n", flag == flags.end() ? "there is no option" : "a value is missing after", argv[i]);
      return false;
    }
    *flag->second = argv[++i];
  }
  if (options.root.empty()) std::fputs("headrace: --root is missing: the folder where the server keeps everything\n", stderr);
  return !options.root.empty();
}

}  // namespace

int RunServe(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) {
      std::fputs(kUsage, stdout);
      return 0;
    }
  }
  ServeOptions options;
  if (!ParseServe(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  try {
    if (!options.config_file.empty()) ReadConfig(options.config_file, options);
  } catch (const Error& error) {
    std::fprintf(stderr, "headrace: %s\n", error.message().c_str());
    return 2;
  }
  // Signals are taken by this thread alone, so every thread started below must inherit them blocked.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Network threads inherit it; threads of queries have their own.
  SetThreadShare(kRequestShare);
  try {
    Server server(std::move(options));
    server.Start();
    std::printf("headrace http listening on %s\n", server.http_address().c_str());
    std::printf("headrace connect listening on %s\n", server.connect_address().c_str());
    std::fflush(stdout);
    int received = 0;
    sigwait(&signals, &received);
    server.Stop();
  } catch (const Error& error) {
    std::fprintf(stderr, "headrace: %s\n", error.message().c_str());
    return 1;
  }
  return 0;
}

}  // namespace headrace::cli
