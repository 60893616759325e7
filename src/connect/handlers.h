#pragma once

#include <memory>
#include <string>

#include "connect/operation.h"
#include "connect/session_registry.h"
#include "engine/query_service.h"

namespace spark::connect {
class AnalyzePlanRequest;
class AnalyzePlanResponse;
class ConfigRequest;
class ConfigResponse;
class ExecutePlanRequest;
class AddArtifactsRequest;
class AddArtifactsResponse;
}  // namespace spark::connect

namespace headrace::connect {

/// The version clients are told: the one whose protocol and semantics are spoken.
inline constexpr char kSparkVersion[] = "4.2.0";

/// Runs a plan to its end and puts the answers into `operation`, errors too: never throws.
void RunOperation(engine::QueryService& queries, const std::shared_ptr<ClientSession>& session,
                  const std::shared_ptr<Operation>& operation, const spark::connect::ExecutePlanRequest& request);

/// The limits of an operation under the session's settings.
OperationLimits LimitsOf(const engine::Session& session);

/// AnalyzePlan of every kind. Throws Error.
void AnalyzePlan(engine::QueryService& queries, const std::shared_ptr<engine::Session>& session,
                 const spark::connect::AnalyzePlanRequest& request, spark::connect::AnalyzePlanResponse& response);

/// Config: get, set, unset, … Throws Error.
void HandleConfig(engine::Session& session, const spark::connect::ConfigRequest& request,
                  spark::connect::ConfigResponse& response);

/// Takes the messages of one AddArtifacts call; artifacts with a wrong checksum are reported and not kept.
class ArtifactReceiver {
 public:
  explicit ArtifactReceiver(std::shared_ptr<engine::Session> session) : session_(std::move(session)) {}
  /// Throws Error for a broken sequence of chunks and for paths that leave the session's folder.
  void Add(spark::connect::AddArtifactsRequest& request);
  /// Throws Error when a chunked artifact is incomplete.
  void Finish(spark::connect::AddArtifactsResponse& response);

 private:
  void Store(const std::string& name, std::string content, bool intact);

  const std::shared_ptr<engine::Session> session_;
  std::vector<std::pair<std::string, bool>> stored_;
  std::string chunked_name_;
  std::string chunked_;
  int64_t chunks_left_ = 0;
  int64_t chunked_total_ = 0;
  bool chunked_intact_ = true;
};

}  // namespace headrace::connect
