#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/metrics.h"
#include "http/router.h"

namespace headrace::http {

/// Gives who a bearer token belongs to, nothing when it is unknown. Called on I/O threads: must not block.
using Authenticator = std::function<std::optional<Principal>(std::string_view token)>;

struct ServerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 8080;  ///< 0 takes a free one.
  int io_threads = 2;
  int worker_threads = 16;
  int waiting_threads = 64;  ///< For routes with `may_wait`.
  std::string tls_certificate_file;  ///< PEM chain; TLS is on when set together with the key.
  std::string tls_key_file;
  Authenticator authenticator;  ///< Empty: everybody is the local user.
  int idle_timeout_seconds = 120;
  /// Called when the grace of a stop is over: ends what handlers still wait for.
  std::function<void()> abandon;
};

/// Throws kInvalidParameter that names the file when the two are not a certificate chain and its key; both "" is no TLS.
void CheckTls(const std::string& certificate_file, const std::string& key_file);

/// The HTTP/1.1 server: accepts connections, routes requests, runs handlers on its I/O threads or its worker pool,
/// keeps connections alive, streams bodies both ways. Its metrics are `headrace_http_*`.
class Server {
 public:
  /// Binds and listens; throws Error(kInvalidParameter) when the address is taken or the certificate is unreadable.
  Server(ServerOptions options, Router router, std::shared_ptr<MetricRegistry> metrics);
  /// Stops gracefully.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts answering; returns at once.
  void Start();
  /// Takes no new connections, lets running requests finish for up to `grace_seconds`, then cuts. Idempotent.
  void Stop(int grace_seconds = 10);

  /// The port bound.
  uint16_t port() const;
  /// "127.0.0.1:8080".
  std::string address() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headrace::http
