#include "cli/server.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/error.h"
#include "http/routes_artifacts.h"
#include "http/routes_mlflow_ui.h"
#include "http/routes_registry.h"
#include "http/routes_system.h"
#include "http/routes_tracking.h"

namespace headrace::cli {

namespace {

void SplitAddress(const std::string& address, std::string& host, uint16_t& port) {
  const size_t colon = address.rfind(':');
  try {
    if (colon == std::string::npos || colon == 0) throw std::invalid_argument(address);
    size_t used = 0;
    const int number = std::stoi(address.substr(colon + 1), &used);
    if (used + colon + 1 != address.size() || number < 0 || number > 65535) throw std::invalid_argument(address);
    host = address.substr(0, colon);
    port = static_cast<uint16_t>(number);
  } catch (const std::logic_error&) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "An address is HOST:PORT, not '" + address + "'");
  }
}

http::Authenticator ReadTokens(const std::string& file_name) {
  std::ifstream file(file_name);
  if (!file) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Cannot read the tokens file " + file_name);
  std::map<std::string, std::string, std::less<>> users;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line);
    std::string token, user, more;
    if (!(words >> token) || token.starts_with('#')) continue;
    const bool is_pair = (words >> user) && !(words >> more);
    if (!is_pair || !users.emplace(token, user).second) {
      throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                  "Line " + std::to_string(number) + " of the tokens file " + file_name +
                      (is_pair ? " has a token that stands above already" : " is not a token and a user"));
    }
  }
  if (users.empty())
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "The tokens file " + file_name + " has no tokens");
  return [users = std::move(users)](std::string_view token) -> std::optional<http::Principal> {
    const auto found = users.find(token);
    if (found == users.end()) return std::nullopt;
    return http::Principal{found->second};
  };
}

}  // namespace

Server::Server(ServeOptions options) : options_(std::move(options)), metrics_(std::make_shared<http::MetricRegistry>()) {
  std::string host;
  uint16_t port = 0;
  SplitAddress(options_.connect_address, host, port);  // gRPC takes ports beyond 65535 for others.
  http::CheckTls(options_.tls_certificate_file, options_.tls_key_file);
  std::error_code code;
  std::filesystem::create_directories(options_.root, code);
  if (code) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "Cannot make the folder " + options_.root + ": " + code.message());
  }
  metastore_ = std::make_shared<metastore::Metastore>(metastore::MetastoreOptions{.path = options_.root + "/metadata.db"});
  artifacts_ = std::make_shared<tracking::ArtifactStore>(options_.root + "/artifacts");
  tracking_ = std::make_shared<tracking::Tracking>(metastore_, SystemClock(), "mlflow-artifacts:");
  webhooks_ = std::make_shared<registry::Webhooks>(metastore_, SystemClock());
  registry_ = std::make_shared<registry::Registry>(metastore_, SystemClock(), tracking_, webhooks_);

  SparkOptions spark;
  spark.root = options_.root;
  spark.connect_address = options_.connect_address;
  spark.tls_certificate_file = options_.tls_certificate_file;
  spark.tls_key_file = options_.tls_key_file;
  spark.settings = options_.settings;
  spark.memory_limit = options_.memory_limit;
  if (!options_.tokens_file.empty()) {
    spark.authenticate = [tokens = ReadTokens(options_.tokens_file)](const std::string& token) -> std::optional<std::string> {
      if (auto principal = tokens(token)) return principal->name;
      return std::nullopt;
    };
  }
  spark_ = std::make_unique<SparkSide>(spark, metastore_.get());

  http::Router router;
  http::RegisterSystemRoutes(router, {.version = "3.17.2"}, metrics_);
  http::RegisterTrackingRoutes(router, tracking_, artifacts_);
  http::RegisterLoggedModelRoutes(router, tracking_, artifacts_);
  http::RegisterArtifactRoutes(router, artifacts_);
  http::RegisterRegistryRoutes(router, registry_, artifacts_);
  http::RegisterWebhookRoutes(router, webhooks_);
  http::RegisterMlflowUiRoutes(router, options_.mlflow_ui, tracking_, registry_, artifacts_);

  ModelServingOptions serving{.root = options_.root,
                              .python = options_.python,
                              .python_path = options_.python_path,
                              .workers = options_.workers,
                              .resolve_model = {}};
  serving.resolve_model = [registry = registry_, artifacts = artifacts_](const std::string& model, const std::string& version) {
    return artifacts->LocalPath(registry->GetDownloadUri(model, version));
  };
  model_serving_ = std::make_unique<ModelServing>(std::move(serving), metastore_.get(), metrics_);
  model_serving_->RegisterRoutes(router);

  http::ServerOptions http_options;
  SplitAddress(options_.http_address, http_options.host, http_options.port);
  http_options.tls_certificate_file = options_.tls_certificate_file;
  http_options.tls_key_file = options_.tls_key_file;
  if (!options_.tokens_file.empty()) http_options.authenticator = ReadTokens(options_.tokens_file);
  http_options.abandon = [serving = model_serving_.get()] { serving->Stop(); };
  http_ = std::make_unique<http::Server>(std::move(http_options), std::move(router), metrics_);
}

Server::~Server() { Stop(); }

void Server::Start() {
  http_->Start();
  webhooks_->Start();
  model_serving_->Start();
}

void Server::Stop() {
  http_->Stop();
  model_serving_->Stop();
  spark_->Stop();
}

}  // namespace headrace::cli
