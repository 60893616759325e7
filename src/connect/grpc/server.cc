#include "connect/server.h"

#include <absl/synchronization/mutex.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "connect/grpc/service.h"

namespace headrace::connect {

namespace {

constexpr int kMaxMessage = (128 << 20) + (1 << 20);
constexpr std::chrono::milliseconds kSweepInterval(500);

std::shared_ptr<grpc::ServerCredentials> Credentials(const ConnectOptions& options) {
  if (options.tls_certificate.empty() && options.tls_key.empty()) return grpc::InsecureServerCredentials();
  if (options.tls_certificate.empty() || options.tls_key.empty()) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_PARAMETER_VALUE", "TLS needs a certificate and its key.");
  }
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({options.tls_key, options.tls_certificate});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

class ConnectServer::Impl {
 public:
  Impl(ConnectOptions options, std::shared_ptr<engine::QueryService> queries)
      : options_(std::move(options)), service_(options_, std::move(queries)) {
    // Debian builds Abseil with its search for deadlocks on: every lock gRPC takes would be noted in one graph.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options_.address, Credentials(options_), &port_);
    builder.RegisterService(&service_);
    builder.SetMaxReceiveMessageSize(kMaxMessage);
    builder.SetMaxSendMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Clients that vanish without a word are found out by pings.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) {
      throw Error(ErrorKind::kUnavailable, "ADDRESS_UNAVAILABLE", "Cannot listen on " + options_.address);
    }
    address_ = options_.address.substr(0, options_.address.rfind(':') + 1) + std::to_string(port_);
    sweeper_ = std::thread([this] { Sweep(); });
  }

  ~Impl() { Stop(std::chrono::milliseconds(0)); }

  void Stop(std::chrono::milliseconds grace) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_) return;
      stopped_ = true;
      wake_.notify_all();
    }
    sweeper_.join();
    auto deadline = std::chrono::system_clock::now() + grace;
    std::thread interrupt([this, deadline] {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, deadline, [this] { return drained_; });
      lock.unlock();
      for (const auto& session : service_.sessions().All()) session->CancelAll();
    });
    server_->Shutdown(deadline + std::chrono::milliseconds(500));
    {
      std::lock_guard lock(mutex_);
      drained_ = true;
      wake_.notify_all();
    }
    interrupt.join();
    server_->Wait();
  }

  const std::string& address() const { return address_; }
  int port() const { return port_; }

 private:
  void Sweep() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kSweepInterval, [this] { return stopped_; })) {
      lock.unlock();
      service_.Sweep(options_);
      lock.lock();
    }
  }

  const ConnectOptions options_;
  ConnectService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::string address_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  bool drained_ = false;
  std::thread sweeper_;
};

ConnectServer::ConnectServer(ConnectOptions options, std::shared_ptr<engine::QueryService> queries)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(queries))) {}
ConnectServer::~ConnectServer() = default;
const std::string& ConnectServer::address() const { return impl_->address(); }
int ConnectServer::port() const { return impl_->port(); }
void ConnectServer::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

}  // namespace headrace::connect
