#include "http/server.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <deque>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "http/errors.h"

namespace headrace::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr uint32_t kMaxHeaderBytes = 64 << 10;
constexpr size_t kChunkBytes = 256 << 10;

Method MethodOf(bhttp::verb verb) {
  switch (verb) {
    case bhttp::verb::get:
      return Method::kGet;
    case bhttp::verb::post:
      return Method::kPost;
    case bhttp::verb::put:
      return Method::kPut;
    case bhttp::verb::patch:
      return Method::kPatch;
    case bhttp::verb::delete_:
      return Method::kDelete;
    case bhttp::verb::head:
      return Method::kHead;
    case bhttp::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

Error TooLarge(uint64_t limit) {
  return Error(ErrorKind::kInvalidParameter, "REQUEST_TOO_LARGE",
               fmt::format("The body is larger than this API takes ({} bytes)", limit));
}

std::string DecodeBase64(std::string_view text) {
  std::string decoded(text.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  decoded.resize(std::max(0, size));
  // EVP_DecodeBlock counts the padding as zero bytes.
  while (!text.empty() && text.back() == '=' && !decoded.empty()) {
    decoded.pop_back();
    text.remove_suffix(1);
  }
  return decoded;
}

// "Bearer TOKEN", or Basic as MLflow's clients send it: the token is the password.
std::string TokenOf(std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ", kBasic = "Basic ";
  const auto has_scheme = [&](std::string_view scheme) { return beast::iequals(authorization.substr(0, scheme.size()), scheme); };
  if (has_scheme(kBearer)) return std::string(authorization.substr(kBearer.size()));
  if (has_scheme(kBasic)) {
    const std::string pair = DecodeBase64(authorization.substr(kBasic.size()));
    const size_t colon = pair.find(':');
    if (colon != std::string::npos) return pair.substr(colon + 1);
  }
  return "";
}

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using EmptyParser = bhttp::request_parser<bhttp::empty_body>;
using StringParser = bhttp::request_parser<bhttp::string_body>;
using BufferParser = bhttp::request_parser<bhttp::buffer_body>;

// Reads a streamed body from a worker thread: each Read runs one socket read on the connection's strand, where the
// connection's coroutine waits for the handler meanwhile.
template <typename Stream>
class SocketBodyReader : public BodyReader {
 public:
  SocketBodyReader(Stream& stream, beast::flat_buffer& buffer, BufferParser& parser, uint64_t limit, int timeout)
      : stream_(stream), buffer_(buffer), parser_(parser), limit_(limit), timeout_(timeout) {}

  size_t Read(char* data, size_t size) override {
    if (parser_.is_done() || size == 0) return 0;
    auto future = asio::co_spawn(stream_.get_executor(), ReadSome(data, size), asio::use_future);
    return future.get();
  }

 private:
  asio::awaitable<size_t> ReadSome(char* data, size_t size) {
    auto& body = parser_.get().body();
    body.data = data;
    body.size = size;
    body.more = true;
    while (!parser_.is_done() && body.size == size) {
      beast::get_lowest_layer(stream_).expires_after(std::chrono::seconds(timeout_));
      beast::error_code code;
      co_await bhttp::async_read_some(stream_, buffer_, parser_, asio::redirect_error(asio::use_awaitable, code));
      if (code == bhttp::error::need_buffer) break;
      if (code == bhttp::error::body_limit) throw TooLarge(limit_);
      if (code) throw Error(ErrorKind::kCancelled, "BAD_REQUEST", "The client stopped sending: " + code.message());
    }
    co_return size - body.size;
  }

  Stream& stream_;
  beast::flat_buffer& buffer_;
  BufferParser& parser_;
  uint64_t limit_;
  int timeout_;
};

void LoadTls(asio::ssl::context& tls, const std::string& certificate_file, const std::string& key_file) {
  const std::string* file = &certificate_file;
  try {
    tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    tls.use_certificate_chain_file(certificate_file);
    file = &key_file;
    // Nobody is there to be asked for the password of an encrypted key.
    tls.set_password_callback([](size_t, asio::ssl::context::password_purpose) { return std::string(); });
    tls.use_private_key_file(key_file, asio::ssl::context::pem);
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                fmt::format("The TLS {} {} cannot be used: {}", file == &key_file ? "key" : "certificate", *file,
                            error.code().message()));
  }
}

}  // namespace

void CheckTls(const std::string& certificate_file, const std::string& key_file) {
  if (certificate_file.empty() && key_file.empty()) return;
  if (certificate_file.empty() || key_file.empty())
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "TLS needs both a certificate and its key");
  asio::ssl::context tls(asio::ssl::context::tls_server);
  LoadTls(tls, certificate_file, key_file);
}

class Server::Impl {
 public:
  Impl(ServerOptions options, Router router, std::shared_ptr<MetricRegistry> metrics)
      : options_(std::move(options)),
        router_(std::move(router)),
        metrics_(std::move(metrics)),
        loops_(std::max(1, options_.io_threads)),
        acceptor_(loops_[0].io),
        workers_(std::max(1, options_.worker_threads)),
        waiting_(std::max(1, options_.waiting_threads)),
        requests_(metrics_->GetCounter("headrace_http_requests_total", "Requests answered")),
        failures_(metrics_->GetCounter("headrace_http_server_errors_total", "Requests answered with a status of 500 or more")),
        open_(metrics_->GetGauge("headrace_http_open_connections", "Connections open now")),
        latency_(metrics_->GetHistogram("headrace_http_request_seconds", "From a request's header to its answer's last byte")) {
    if (!options_.tls_certificate_file.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      LoadTls(*tls_, options_.tls_certificate_file, options_.tls_key_file);
    }
    Listen();
  }

  ~Impl() { Stop(0); }

  void Start() {
    asio::co_spawn(loops_[0].io, Accept(), asio::detached);
    for (Loop& loop : loops_) threads_.emplace_back([&loop] { Run(loop.io); });
  }

  void Stop(int grace_seconds) {
    if (stopping_.exchange(true)) return;
    asio::post(loops_[0].io, [this] {
      beast::error_code ignored;
      acceptor_.close(ignored);
    });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(grace_seconds);
    while (running_requests_ > 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    for (Loop& loop : loops_) loop.io.stop();
    for (auto& thread : threads_) thread.join();
    if (running_requests_ > 0 && options_.abandon) options_.abandon();
    workers_.join();
    waiting_.join();
  }

  uint16_t port() const { return port_; }
  std::string address() const { return fmt::format("{}:{}", options_.host, port_); }

 private:
  /// One I/O thread's own reactor: a connection stays with one thread, so that nothing of it needs a lock.
  struct Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  };

  /// Waking a sleeping processor takes longer than most answers: after work a loop looks out for more for a moment before it
  /// sleeps.
  static void Run(asio::io_context& io) {
    using std::chrono::steady_clock;
    constexpr std::chrono::microseconds kLookout(50);
    while (io.run_one() > 0) {
      auto end = steady_clock::now() + kLookout;
      while (steady_clock::now() < end) {
        if (io.poll() > 0) end = steady_clock::now() + kLookout;
      }
    }
  }

  void Listen() {
    try {
      tcp::resolver resolver(loops_[0].io);
      const auto found = resolver.resolve(options_.host, std::to_string(options_.port));
      const tcp::endpoint endpoint = found.begin()->endpoint();
      acceptor_.open(endpoint.protocol());
      acceptor_.set_option(asio::socket_base::reuse_address(true));
      acceptor_.bind(endpoint);
      acceptor_.listen(1024);
      port_ = acceptor_.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
      throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                  fmt::format("Cannot listen on {}:{}: {}", options_.host, options_.port, error.code().message()));
    }
  }

  asio::awaitable<void> Accept() {
    for (size_t next = 0; !stopping_; next = (next + 1) % loops_.size()) {
      beast::error_code code;
      asio::io_context& io = loops_[next].io;
      tcp::socket socket = co_await acceptor_.async_accept(io, asio::redirect_error(asio::use_awaitable, code));
      if (code == asio::error::operation_aborted || stopping_) co_return;
      if (code) {
        // Out of file descriptors and the like: wait for some to be given back.
        Log(LogLevel::kWarning, "http", "accept failed", {{"error", code.message()}});
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(100));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, code));
        continue;
      }
      socket.set_option(tcp::no_delay(true), code);
      asio::co_spawn(io, Connection(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> Connection(tcp::socket socket) {
    open_.Add(1);
    beast::error_code code;
    const auto endpoint = socket.remote_endpoint(code);
    const std::string peer = code ? "" : endpoint.address().to_string();
    try {
      if (tls_) {
        TlsStream stream(std::move(socket), *tls_);
        beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(30));
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
        co_await Serve(stream, peer);
        beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(5));
        co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, code));
      } else {
        PlainStream stream(std::move(socket));
        co_await Serve(stream, peer);
        stream.socket().shutdown(tcp::socket::shutdown_send, code);
      }
    } catch (const std::exception& error) {
      // The client went away in the middle; there is nobody to tell.
      Log(LogLevel::kDebug, "http", "connection ended", {{"peer", peer}, {"reason", error.what()}});
    }
    open_.Add(-1);
  }

  // Counts a request as running from its header to its answer's end.
  struct RunningRequest {
    explicit RunningRequest(Impl& impl) : impl(impl), start(std::chrono::steady_clock::now()) { ++impl.running_requests_; }
    ~RunningRequest() {
      const auto took = std::chrono::steady_clock::now() - start;
      impl.latency_.ObserveMicros(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
      impl.requests_.Increment();
      --impl.running_requests_;
    }
    Impl& impl;
    std::chrono::steady_clock::time_point start;
  };

  template <typename Stream>
  asio::awaitable<void> Serve(Stream& stream, const std::string& peer) {
    beast::flat_buffer buffer;
    bool keep_alive = true;
    while (keep_alive && !stopping_) {
      EmptyParser parser;
      parser.header_limit(kMaxHeaderBytes);
      parser.body_limit(boost::none);
      beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(options_.idle_timeout_seconds));
      beast::error_code code;
      co_await bhttp::async_read_header(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, code));
      if (code == bhttp::error::end_of_stream || code == beast::error::timeout || code == asio::error::connection_reset ||
          code == asio::error::eof || code == asio::ssl::error::stream_truncated || code == asio::error::operation_aborted) {
        co_return;
      }
      const RunningRequest running(*this);
      if (code) {
        Response response = ErrorResponse(Error(ErrorKind::kInvalidParameter, "BAD_REQUEST", "Not HTTP: " + code.message()));
        co_await Send(stream, response, 11, false, false);
        co_return;
      }
      keep_alive = co_await Answer(stream, buffer, parser, peer);
    }
  }

  // Finds out what to do with a request whose header is there; null means `failure` is the answer.
  const Route* Prepare(const EmptyParser& parser, Request& request, Response& failure) {
    const auto& message = parser.get();
    request.method = MethodOf(message.method());
    request.target = std::string_view(message.target().data(), message.target().size());
    const size_t question = request.target.find('?');
    request.path = request.target.substr(0, question);
    try {
      Router::Match match = router_.Find(request.method, request.path);
      if (options_.authenticator && !(match.route && match.route->options.anonymous)) {
        const auto authorization = message[bhttp::field::authorization];
        const auto principal = options_.authenticator(TokenOf(std::string_view(authorization.data(), authorization.size())));
        if (!principal) {
          throw Error(ErrorKind::kUnauthenticated, "UNAUTHENTICATED", "The request needs a valid bearer token");
        }
        request.principal = *principal;
      }
      if (!match.route) {
        if (match.path_known) {
          throw Error(ErrorKind::kInvalidParameter, "METHOD_NOT_ALLOWED",
                      fmt::format("{} is not allowed for {}", MethodName(request.method), request.path));
        }
        throw Error(ErrorKind::kNotFound, "ENDPOINT_NOT_FOUND",
                    fmt::format("No API found for '{} {}'", MethodName(request.method), request.path));
      }
      if (parser.content_length() && *parser.content_length() > match.route->options.max_body_bytes) {
        throw TooLarge(match.route->options.max_body_bytes);
      }
      if (question != std::string_view::npos) request.query = ParseQuery(request.target.substr(question + 1));
      request.path_parameters = std::move(match.parameters);
      return match.route;
    } catch (...) {
      failure = CurrentExceptionResponse();
      return nullptr;
    }
  }

  template <typename Stream>
  asio::awaitable<bool> Answer(Stream& stream, beast::flat_buffer& buffer, EmptyParser& head, const std::string& peer) {
    const unsigned version = head.get().version();
    const bool is_head = head.get().method() == bhttp::verb::head;
    bool keep_alive = head.get().keep_alive();
    Request request;
    request.peer = peer;
    request.tls = tls_.has_value();
    if (head.content_length()) request.content_length = *head.content_length();
    Response response;
    // The target and the headers stay where the first parser put them, so its message must outlive the request.
    const Route* route = Prepare(head, request, response);
    if (!route) {
      // The body was not read, so the connection cannot go on unless there is none.
      const bool has_body = head.chunked() || (head.content_length() && *head.content_length() > 0);
      keep_alive = keep_alive && !has_body;
      co_await Send(stream, response, version, keep_alive, is_head);
      if (has_body) co_await Drain(stream);
      co_return keep_alive;
    }
    if (beast::iequals(head.get()[bhttp::field::expect], "100-continue")) {
      bhttp::response<bhttp::empty_body> proceed(bhttp::status::continue_, 11);
      co_await bhttp::async_write(stream, proceed, asio::use_awaitable);
    }
    const bool streamed = route->options.stream_body;
    bool drained = true;
    if (streamed) {
      BufferParser parser(std::move(head));
      parser.body_limit(route->options.max_body_bytes);
      BindHeaders(request, parser.get());
      SocketBodyReader<Stream> reader(stream, buffer, parser, route->options.max_body_bytes, options_.idle_timeout_seconds);
      request.body_reader = &reader;
      response = co_await OnWorker(workers_, route->handler, request);
      drained = parser.is_done();
      request.body_reader = nullptr;
    } else {
      StringParser parser(std::move(head));
      parser.body_limit(route->options.max_body_bytes);
      beast::error_code code;
      if (!parser.is_done()) {
        beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(options_.idle_timeout_seconds));
        co_await bhttp::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, code));
      }
      if (code == bhttp::error::body_limit) {
        response = ErrorResponse(TooLarge(route->options.max_body_bytes));
        drained = false;
      } else if (code) {
        co_return false;
      } else {
        BindHeaders(request, parser.get());
        request.body = std::move(parser.get().body());
        asio::thread_pool& pool = route->options.may_wait ? waiting_ : workers_;
        if (route->quick) {
          Handler rest;
          if (!RunQuick(*route, request, rest, response)) response = co_await OnWorker(pool, rest, request);
        } else if (route->options.inline_on_io) {
          response = Run(route->handler, request);
        } else {
          response = co_await OnWorker(pool, route->handler, request);
        }
      }
    }
    keep_alive = keep_alive && drained;
    if (response.status >= 500) failures_.Increment();
    co_await Send(stream, response, version, keep_alive, is_head);
    if (!drained) co_await Drain(stream);
    co_return keep_alive;
  }

  template <typename Message>
  static void BindHeaders(Request& request, const Message& message) {
    request.target = std::string_view(message.target().data(), message.target().size());
    request.path = request.target.substr(0, request.target.find('?'));
    request.find_header_ = [&message](std::string_view name) -> std::string_view {
      const auto found = message.find(beast::string_view(name.data(), name.size()));
      if (found == message.end()) return {};
      return {found->value().data(), found->value().size()};
    };
  }

  static Response Run(const Handler& handler, Request& request) {
    try {
      return handler(request);
    } catch (...) {
      return CurrentExceptionResponse();
    }
  }

  // False when the rest is for a worker.
  static bool RunQuick(const Route& route, Request& request, Handler& rest, Response& response) {
    try {
      std::optional<Response> answer = route.quick(request, &rest);
      if (answer) response = std::move(*answer);
      return answer.has_value();
    } catch (...) {
      response = CurrentExceptionResponse();
      return true;
    }
  }

  // Runs the handler on a pool; the coroutine goes on with its answer on the connection's own thread.
  asio::awaitable<Response> OnWorker(asio::thread_pool& pool, const Handler& handler, Request& request) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Response)>(
        [](auto done, asio::thread_pool* pool, const Handler* handler, Request* request) {
          asio::post(*pool, [done = std::move(done), handler, request]() mutable {
            Response response = Run(*handler, *request);
            const auto executor = asio::get_associated_executor(done);
            asio::post(executor, [done = std::move(done), response = std::move(response)]() mutable {
              std::move(done)(std::move(response));
            });
          });
        },
        asio::use_awaitable, &pool, &handler, &request);
  }

  // A client in the middle of sending reads our answer only if we do not reset the connection: swallow a little.
  template <typename Stream>
  asio::awaitable<void> Drain(Stream& stream) {
    beast::error_code code;
    std::vector<char> scratch(64 << 10);
    beast::get_lowest_layer(stream).socket().shutdown(tcp::socket::shutdown_send, code);
    beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(2));
    for (size_t total = 0; total < (16u << 20) && !code;) {
      total += co_await beast::get_lowest_layer(stream).async_read_some(asio::buffer(scratch),
                                                                        asio::redirect_error(asio::use_awaitable, code));
    }
  }

  // The status line and the headers of an answer that has its whole body.
  static void AppendHead(const Response& response, unsigned version, bool keep_alive, bool is_head, std::string& head) {
    const auto out = std::back_inserter(head);
    head.reserve(256);
    fmt::format_to(out, "HTTP/1.{} {} {}\r\nServer: headrace\r\n", version % 10, response.status,
                   bhttp::obsolete_reason(bhttp::int_to_status(response.status)));
    if (!response.content_type.empty()) fmt::format_to(out, "Content-Type: {}\r\n", response.content_type);
    for (const auto& [name, value] : response.headers) {
      // A header never ends early, whatever its value came from.
      if (value.find_first_of("\r\n") == std::string::npos) fmt::format_to(out, "{}: {}\r\n", name, value);
    }
    if (keep_alive != (version >= 11)) fmt::format_to(out, "Connection: {}\r\n", keep_alive ? "keep-alive" : "close");
    const uint64_t size = is_head ? response.source_size.value_or(response.body.size()) : response.body.size();
    if (response.status != 204 && response.status != 304) fmt::format_to(out, "Content-Length: {}\r\n", size);
    head += "\r\n";
  }

  template <typename Body>
  static void FillHead(bhttp::response<Body>& message, const Response& response, bool keep_alive) {
    message.result(static_cast<unsigned>(response.status));
    message.set(bhttp::field::server, "headrace");
    if (!response.content_type.empty()) message.set(bhttp::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    message.keep_alive(keep_alive);
  }

  template <typename Stream>
  asio::awaitable<void> Send(Stream& stream, Response& response, unsigned version, bool keep_alive, bool is_head) {
    beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(options_.idle_timeout_seconds));
    if (response.source && !is_head) {
      co_await SendStream(stream, response, version, keep_alive);
      co_return;
    }
    std::string head;
    AppendHead(response, version, keep_alive, is_head, head);
    if (is_head) response.body.clear();
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(head), asio::buffer(response.body)};
    co_await asio::async_write(stream, parts, asio::use_awaitable);
  }

  template <typename Stream>
  asio::awaitable<void> SendStream(Stream& stream, Response& response, unsigned version, bool keep_alive) {
    bhttp::response<bhttp::buffer_body> message;
    message.version(version);
    FillHead(message, response, keep_alive);
    if (response.source_size) {
      message.content_length(*response.source_size);
    } else {
      message.chunked(true);
    }
    bhttp::response_serializer<bhttp::buffer_body> serializer(message);
    co_await bhttp::async_write_header(stream, serializer, asio::use_awaitable);
    std::string chunk(kChunkBytes, '\0');
    bool more = true;
    while (more) {
      BodySource& source = *response.source;
      const size_t size = co_await asio::co_spawn(
          workers_.get_executor(),
          [](BodySource& source, std::string& chunk) -> asio::awaitable<size_t> {
            co_return source.Read(chunk.data(), chunk.size());
          }(source, chunk),
          asio::use_awaitable);
      more = size > 0;
      message.body().data = more ? chunk.data() : nullptr;
      message.body().size = size;
      message.body().more = more;
      beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(options_.idle_timeout_seconds));
      beast::error_code code;
      co_await bhttp::async_write(stream, serializer, asio::redirect_error(asio::use_awaitable, code));
      if (code && code != bhttp::error::need_buffer) throw boost::system::system_error(code);
    }
  }

  ServerOptions options_;
  Router router_;
  std::shared_ptr<MetricRegistry> metrics_;
  std::deque<Loop> loops_;
  tcp::acceptor acceptor_;
  std::optional<asio::ssl::context> tls_;
  asio::thread_pool workers_;
  asio::thread_pool waiting_;
  Counter& requests_;
  Counter& failures_;
  Gauge& open_;
  Histogram& latency_;
  uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> running_requests_{0};
};

Server::Server(ServerOptions options, Router router, std::shared_ptr<MetricRegistry> metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), std::move(metrics))) {}
Server::~Server() = default;
void Server::Start() { impl_->Start(); }
void Server::Stop(int grace_seconds) { impl_->Stop(grace_seconds); }
uint16_t Server::port() const { return impl_->port(); }
std::string Server::address() const { return impl_->address(); }

}  // namespace headrace::http
