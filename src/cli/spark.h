#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "catalog/catalog.h"
#include "connect/server.h"
#include "engine/query_engine.h"
#include "metastore/metastore.h"

namespace headrace::cli {

/// What the Spark side of a server is told.
struct SparkOptions {
  std::string root;
  std::string connect_address;
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::function<std::optional<std::string>(const std::string& token)> authenticate;
  SettingValues settings;  ///< `spark.*` settings every session starts from.
  std::string memory_limit;  ///< "" is the engine's default.
};

/// The Spark side of a server: catalog, engine and the Spark Connect listener.
class SparkSide {
 public:
  /// Opens the catalog and binds the address. `store` must outlive this.
  SparkSide(const SparkOptions& options, metastore::Metastore* store);
  ~SparkSide();

  std::string address() const { return connect_->address(); }
  catalog::Catalog& catalog() { return *catalog_; }
  const std::shared_ptr<engine::QueryService>& queries() const { return queries_; }
  void Stop();

 private:
  std::unique_ptr<catalog::Catalog> catalog_;
  std::shared_ptr<engine::QueryService> queries_;
  std::unique_ptr<connect::ConnectServer> connect_;
};

}  // namespace headrace::cli
