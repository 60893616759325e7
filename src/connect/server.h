#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/settings.h"
#include "engine/query_service.h"

namespace headrace::connect {

struct ConnectOptions {
  std::string address = "127.0.0.1:15002";  ///< HOST:PORT; port 0 picks a free one.
  std::string tls_certificate;  ///< PEM; with `tls_key` the port speaks TLS.
  std::string tls_key;
  /// The user of a bearer token, or nothing when it is not valid. Without it every caller is accepted and is who it says.
  std::function<std::optional<std::string>(const std::string& token)> authenticate;
  /// What sessions' settings start from.
  std::shared_ptr<const SettingValues> settings;
  /// An operation whose client is gone for so long is stopped and forgotten.
  std::chrono::milliseconds detached_timeout{60'000};
  std::chrono::milliseconds session_timeout{3'600'000};
  size_t driver_threads = 256;
};

/// The Spark Connect service on one port. Owns everything it needs but the engine; two may live in one process.
class ConnectServer {
 public:
  /// Starts to listen; throws Error when the address cannot be used.
  ConnectServer(ConnectOptions options, std::shared_ptr<engine::QueryService> queries);
  /// Stops without grace when Stop was not called.
  ~ConnectServer();

  /// "127.0.0.1:15002", with the port that was picked.
  const std::string& address() const;
  int port() const;

  /// Takes no new calls, lets running ones end within `grace`, then interrupts them. Called once.
  void Stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headrace::connect
