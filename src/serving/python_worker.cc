#include "serving/python_worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>

#include "base/error.h"

extern char** environ;

namespace headrace::serving {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr int kWorkerDescriptor = 3;
constexpr uint32_t kMaxFrame = 1u << 30;

[[noreturn]] void ThrowDied() {
  throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE", "The Python worker of the model ended unexpectedly.");
}

/// How long a worker is waited for.
struct Patience {
  SteadyClock::time_point deadline;
  const std::function<bool()>& cancelled;

  /// Milliseconds until somebody has to look again.
  int Slice() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    return static_cast<int>(std::clamp<int64_t>(left, 0, cancelled ? 100 : std::numeric_limits<int>::max()));
  }
};

void Await(int socket, short events, const Patience& patience) {
  pollfd waiting{socket, events, 0};
  while (true) {
    const int ready = poll(&waiting, 1, patience.Slice());
    if (ready > 0) return;
    if (patience.cancelled && patience.cancelled())
      throw Error(ErrorKind::kCancelled, "CANCELLED", "The model is not wanted any more.");
    if (ready == 0 && SteadyClock::now() < patience.deadline) continue;
    if (ready == 0) {
      throw Error(ErrorKind::kResourceExhausted, "DEADLINE_EXCEEDED", "The model did not answer in time.");
    }
    if (errno != EINTR) ThrowDied();
  }
}

void Send(int socket, const char* data, size_t size, const Patience& patience) {
  while (size > 0) {
    Await(socket, POLLOUT, patience);
    const ssize_t sent = send(socket, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      ThrowDied();
    }
    data += sent;
    size -= sent;
  }
}

void Receive(int socket, char* data, size_t size, const Patience& patience) {
  while (size > 0) {
    Await(socket, POLLIN, patience);
    const ssize_t received = recv(socket, data, size, MSG_DONTWAIT);
    if (received == 0) ThrowDied();
    if (received < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      ThrowDied();
    }
    data += received;
    size -= received;
  }
}

}  // namespace

PythonWorker::PythonWorker(const PythonOptions& options, bool prepared) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE",
                std::string("No socket for a worker: ") + std::strerror(errno));
  }
  // dup2 onto the same number would keep close-on-exec, so the worker's end is moved away from it first.
  int child = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
  close(pair[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child, kWorkerDescriptor);
  // A worker that kept the server's sockets would hold its port and its connections beyond its end.
  posix_spawn_file_actions_addclosefrom_np(&actions, kWorkerDescriptor + 1);

  std::vector<std::string> variables;
  std::string python_path = options.module_path;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    const auto same = [&](const auto& own) { return own.first == name; };
    if (name == "PYTHONPATH") {
      python_path += (python_path.empty() ? "" : ":") + std::string(variable.substr(name.size() + 1));
    } else if (std::none_of(options.environment.begin(), options.environment.end(), same)) {
      variables.emplace_back(variable);
    }
  }
  for (const auto& [name, value] : options.environment) {
    if (name == "PYTHONPATH") {
      python_path += (python_path.empty() ? "" : ":") + value;
    } else {
      variables.push_back(name + "=" + value);
    }
  }
  if (!python_path.empty()) variables.push_back("PYTHONPATH=" + python_path);
  std::vector<char*> environment;
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::vector<std::string> words = {options.executable, "-m", "headrace.serving_worker", std::to_string(kWorkerDescriptor)};
  if (prepared) words.emplace_back("--prepare");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const int error = posix_spawnp(&pid_, options.executable.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(child);
  socket_ = pair[0];
  if (error != 0) {
    pid_ = -1;
    Close();
    throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE",
                "The Python worker '" + options.executable + "' does not start: " + std::strerror(error));
  }
}

PythonWorker::~PythonWorker() { Close(); }

void PythonWorker::Close() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = -1;
}

bool PythonWorker::Ended() const {
  char byte;
  return !alive() || recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

WorkerAnswer PythonWorker::Call(Request request, std::string_view payload, int timeout_ms,
                                const std::function<bool()>& cancelled) {
  if (!alive()) ThrowDied();
  try {
    const Patience patience{SteadyClock::now() + std::chrono::milliseconds(timeout_ms), cancelled};
    unsigned char header[6];
    const uint32_t size = __builtin_bswap32(static_cast<uint32_t>(payload.size() + 2));
    const uint16_t code = __builtin_bswap16(static_cast<uint16_t>(request));
    std::memcpy(header, &size, 4);
    std::memcpy(header + 4, &code, 2);
    Send(socket_, reinterpret_cast<const char*>(header), 6, patience);
    Send(socket_, payload.data(), payload.size(), patience);
    Receive(socket_, reinterpret_cast<char*>(header), 6, patience);
    uint32_t length;
    uint16_t status;
    std::memcpy(&length, header, 4);
    std::memcpy(&status, header + 4, 2);
    length = __builtin_bswap32(length);
    if (length < 2 || length > kMaxFrame) ThrowDied();
    WorkerAnswer answer;
    answer.status = __builtin_bswap16(status);
    answer.body.resize(length - 2);
    Receive(socket_, answer.body.data(), answer.body.size(), patience);
    return answer;
  } catch (...) {
    Close();
    throw;
  }
}

}  // namespace headrace::serving
