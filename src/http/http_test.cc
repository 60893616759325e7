#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "http/routes_system.h"
#include "http/server.h"

namespace headrace::http {
namespace {

using ::testing::HasSubstr;

struct Answer {
  long status = 0;
  std::string body;
  std::string headers;
};

size_t Collect(char* data, size_t size, size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

class HttpTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.port = 0;
    server_ = std::make_unique<Server>(std::move(options), std::move(router_), metrics_);
    server_->Start();
  }

  Answer Call(const std::string& method, const std::string& path, const std::string& body = "",
              const std::vector<std::string>& headers = {}) {
    CURL* curl = curl_easy_init();
    Answer answer;
    curl_slist* list = nullptr;
    for (const auto& header : headers) list = curl_slist_append(list, header.c_str());
    curl_easy_setopt(curl, CURLOPT_URL, ("http://" + server_->address() + path).c_str());
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    if (method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (!body.empty()) {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    EXPECT_EQ(curl_easy_perform(curl), CURLE_OK) << method << " " << path;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(list);
    curl_easy_cleanup(curl);
    return answer;
  }

  Router router_;
  std::shared_ptr<MetricRegistry> metrics_ = std::make_shared<MetricRegistry>();
  std::unique_ptr<Server> server_;
};

TEST(RouterTest, LiteralsWinAndParametersAreDecoded) {
  Router router;
  std::string hit;
  const auto handler = [&hit](std::string name) {
    return [&hit, name](Request&) {
      hit = name;
      return Response();
    };
  };
  router.Get("/a/{name}", handler("one"));
  router.Get("/a/list", handler("list"));
  router.Get("/a/{name}/b", handler("b"));
  router.Put("/files/{path...}", handler("file"));
  router.Get("/", handler("root"));
  Request request;
  const auto find = [&](Method method, std::string_view path) {
    auto match = router.Find(method, path);
    hit = "";
    if (match.route) match.route->handler(request);
    return match;
  };
  EXPECT_EQ(find(Method::kGet, "/a/x%2Fy").parameters.Get("name"), "x/y");
  EXPECT_EQ(hit, "one");
  find(Method::kGet, "/a/list");
  EXPECT_EQ(hit, "list");
  EXPECT_EQ(find(Method::kGet, "/a/list/b").parameters.Get("name"), "list");
  EXPECT_EQ(hit, "b");
  EXPECT_EQ(find(Method::kPut, "/files/x/y%20z").parameters.Get("path"), "x/y z");
  EXPECT_EQ(find(Method::kPut, "/files").parameters.Get("path"), "");
  EXPECT_EQ(hit, "file");
  find(Method::kGet, "/");
  EXPECT_EQ(hit, "root");
  EXPECT_EQ(find(Method::kGet, "/a/x/").parameters.Get("name"), "x");
  EXPECT_TRUE(find(Method::kPost, "/a/x").path_known);
  EXPECT_FALSE(find(Method::kGet, "/b").path_known);
  EXPECT_FALSE(find(Method::kGet, "/a").path_known);
  router.AddPrefixAlias("/ui");
  EXPECT_EQ(find(Method::kGet, "/ui/a/x").parameters.Get("name"), "x");
  EXPECT_FALSE(find(Method::kGet, "/uia/x").path_known);
}

TEST_F(HttpTest, AQuickRouteAnswersAtOnceOrLeavesTheRestToAWorker) {
  router_.AddQuick(Method::kPost, "/sum", [](Request& request, Handler* rest) -> std::optional<Response> {
    if (request.body == "now") return Response::Text("at once");
    if (request.body == "bad") throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "no such sum");
    const auto asked = std::this_thread::get_id();
    *rest = [asked](Request& request) {
      if (request.body == "worse") throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", "no sum at all");
      return Response::Text(std::this_thread::get_id() == asked ? "same thread" : "another thread: " + request.body);
    };
    return std::nullopt;
  });
  Start();
  EXPECT_EQ(Call("POST", "/sum", "now").body, "at once");
  EXPECT_EQ(Call("POST", "/sum", "later").body, "another thread: later");
  EXPECT_EQ(Call("POST", "/sum", "bad").status, 400);
  EXPECT_EQ(Call("POST", "/sum", "worse").status, 404);
  const Answer none = Call("HEAD", "/sum");
  EXPECT_EQ(none.status, 405);
}

TEST_F(HttpTest, AnswersOnBothThreadKinds) {
  router_.Post("/echo", [](Request& request) { return Response::Text(request.body + request.query.Get("q")); });
  router_.Post("/quick", [](Request& request) { return Response::Text(request.body); }, {.inline_on_io = true});
  Start();
  EXPECT_EQ(Call("POST", "/echo?q=a%20b+c", "hello ").body, "hello a b c");
  EXPECT_EQ(Call("POST", "/quick", "hello").body, "hello");
  EXPECT_EQ(Call("HEAD", "/echo").status, 405);
}

TEST_F(HttpTest, ErrorsAreJsonWithTheirStatus) {
  router_.Get("/missing", [](Request&) -> Response { throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", "gone"); });
  router_.Get("/broken", [](Request&) -> Response { throw std::runtime_error("oops"); });
  router_.Post("/json", [](Request& request) { return Response::Json(request.JsonObject()); }, {.max_body_bytes = 1000});
  Start();
  Answer answer = Call("GET", "/missing");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body,
            R"({"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone","sqlstate":"KAM00","error_class":"RESOURCE_NOT_FOUND"})");
  EXPECT_EQ(Call("GET", "/broken").status, 500);
  EXPECT_EQ(Call("GET", "/nowhere").status, 404);
  EXPECT_EQ(Call("POST", "/missing").status, 405);
  EXPECT_EQ(Call("POST", "/json", "{\"a\":").status, 400);
  EXPECT_EQ(Call("POST", "/json", "[1]").status, 400);
  EXPECT_EQ(Call("POST", "/json", "{\"a\":1}").body, "{\"a\":1}");
  EXPECT_EQ(Call("POST", "/json", std::string(2000, 'x')).status, 413);
  EXPECT_EQ(Call("POST", "/json", std::string(5 << 20, 'x'), {"Transfer-Encoding: chunked"}).status, 413);
  EXPECT_EQ(Call("POST", "/json", "{}").status, 200);
}

TEST_F(HttpTest, StreamsBothWays) {
  router_.Put("/sum",
              [](Request& request) {
                std::vector<char> buffer(100'000);
                uint64_t bytes = 0, sum = 0;
                while (const size_t size = request.body_reader->Read(buffer.data(), buffer.size())) {
                  bytes += size;
                  for (size_t i = 0; i < size; ++i) sum += static_cast<unsigned char>(buffer[i]);
                }
                return Response::Text(std::to_string(bytes) + " " + std::to_string(sum));
              },
              {.stream_body = true, .max_body_bytes = 1ull << 40});
  struct Letters : BodySource {
    explicit Letters(size_t left) : left(left) {}
    size_t Read(char* buffer, size_t size) override {
      size = std::min(size, left);
      left -= size;
      std::fill(buffer, buffer + size, 'a');
      return size;
    }
    size_t left;
  };
  router_.Get("/letters", [](Request& request) {
    Response response;
    const size_t size = std::stoull(request.query.Get("n"));
    response.source = std::make_unique<Letters>(size);
    if (request.query.Find("sized")) response.source_size = size;
    return response;
  });
  Start();
  EXPECT_EQ(Call("PUT", "/sum", std::string(3'000'001, '\x01')).body, "3000001 3000001");
  EXPECT_EQ(Call("PUT", "/sum", std::string(1'000'000, '\x02'), {"Transfer-Encoding: chunked"}).body, "1000000 2000000");
  EXPECT_EQ(Call("GET", "/letters?n=1000000").body, std::string(1'000'000, 'a'));
  EXPECT_EQ(Call("GET", "/letters?n=777&sized=1").body, std::string(777, 'a'));
  EXPECT_EQ(Call("GET", "/letters?n=0").body, "");
}

TEST_F(HttpTest, TokensGuardAllButAnonymousRoutes) {
  RegisterSystemRoutes(router_, {.version = "3.17.2"}, metrics_);
  router_.Get("/who", [](Request& request) { return Response::Text(request.principal.name); });
  ServerOptions options;
  options.authenticator = [](std::string_view token) -> std::optional<Principal> {
    if (token == "secret") return Principal{"ann"};
    return std::nullopt;
  };
  Start(std::move(options));
  EXPECT_EQ(Call("GET", "/health").body, "OK");
  EXPECT_EQ(Call("GET", "/version").body, "3.17.2");
  EXPECT_EQ(Call("GET", "/who").status, 401);
  EXPECT_EQ(Call("GET", "/nowhere").status, 401);
  EXPECT_EQ(Call("GET", "/metrics").status, 401);
  EXPECT_EQ(Call("GET", "/who", "", {"Authorization: Bearer wrong"}).status, 401);
  EXPECT_EQ(Call("GET", "/who", "", {"Authorization: Bearer secret"}).body, "ann");
  EXPECT_EQ(Call("GET", "/who", "", {"Authorization: Basic dG9rZW46c2VjcmV0"}).body, "ann");
  EXPECT_THAT(Call("GET", "/metrics", "", {"Authorization: Bearer secret"}).body, HasSubstr("headrace_http_requests_total "));
}

TEST_F(HttpTest, StopsGracefully) {
  router_.Get("/slow", [](Request&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return Response::Text("done");
  });
  Start();
  Answer answer;
  std::thread client([&] { answer = Call("GET", "/slow"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server_->Stop();
  client.join();
  EXPECT_EQ(answer.body, "done");
}

TEST_F(HttpTest, TheAddressTakenIsAnError) {
  Start();
  ServerOptions options;
  options.port = server_->port();
  EXPECT_THROW(Server(options, Router(), metrics_), Error);
}

}  // namespace
}  // namespace headrace::http
