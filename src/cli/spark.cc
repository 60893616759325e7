#include "cli/spark.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace headrace::cli {

namespace {

constexpr std::chrono::seconds kGrace(5);

std::string ReadFile(const std::string& name) {
  if (name.empty()) return "";
  std::ifstream file(name);
  if (!file) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Cannot read the file " + name);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace

SparkSide::SparkSide(const SparkOptions& options, metastore::Metastore* store) {
  std::string root = std::filesystem::absolute(options.root).lexically_normal().string();
  catalog::Catalog::Options catalog_options;
  catalog_options.warehouse = root + "/warehouse";
  catalog_ = std::make_unique<catalog::Catalog>(store, catalog_options);

  engine::EngineOptions engine_options;
  engine_options.spill_directory = root + "/spill";
  if (!options.memory_limit.empty()) engine_options.memory_limit = options.memory_limit;
  queries_ = engine::MakeQueryEngine(engine_options, catalog_.get());

  auto settings = std::make_shared<SettingValues>(options.settings);
  settings->try_emplace("spark.sql.warehouse.dir", "file:" + catalog_options.warehouse);
  connect::ConnectOptions connect_options;
  connect_options.address = options.connect_address;
  connect_options.tls_certificate = ReadFile(options.tls_certificate_file);
  connect_options.tls_key = ReadFile(options.tls_key_file);
  connect_options.authenticate = options.authenticate;
  connect_options.settings = std::move(settings);
  connect_ = std::make_unique<connect::ConnectServer>(std::move(connect_options), queries_);
}

SparkSide::~SparkSide() { Stop(); }

void SparkSide::Stop() { connect_->Stop(kGrace); }

}  // namespace headrace::cli
