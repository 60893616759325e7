#pragma once

#include <atomic>
#include <memory>

#include "engine/query_service.h"

namespace headrace::connect {

/// Answers a few plans without an engine: ranges row by row as bigint `id`, and the SQL texts "fail" (an arithmetic error
/// with a cause), "slow" (blocks until it is cancelled), "set" (a statement with one row). Counts what it did.
class FakeQueries : public engine::QueryService {
 public:
  std::unique_ptr<engine::ResultStream> Execute(const std::shared_ptr<engine::Session>& session,
                                                const plan::RelationPtr& relation,
                                                const engine::ExecuteOptions& options) override;
  std::unique_ptr<engine::ResultStream> ExecuteCommand(const std::shared_ptr<engine::Session>& session,
                                                       const plan::CommandPtr& command,
                                                       const engine::ExecuteOptions& options) override;
  std::unique_ptr<engine::ResultStream> ExecuteSql(const std::shared_ptr<engine::Session>& session,
                                                   const plan::RelationPtr& relation,
                                                   const engine::ExecuteOptions& options) override;
  plan::Schema AnalyzeSchema(const std::shared_ptr<engine::Session>& session, const plan::RelationPtr& relation) override;
  std::string Explain(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&, const std::string&) override;
  bool IsLocal(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) override { return false; }
  bool IsStreaming(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) override { return false; }
  std::vector<std::string> InputFiles(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) override;
  bool SameSemantics(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&, const plan::RelationPtr&) override {
    return true;
  }
  int32_t SemanticHash(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) override { return 42; }
  void Persist(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&, const engine::StorageLevel&) override {}
  void Unpersist(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&, bool) override {}
  engine::StorageLevel GetStorageLevel(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) override { return {}; }
  std::string Checkpoint(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&, bool, bool,
                         const engine::ExecuteOptions&) override {
    return "kept";
  }
  void RemoveCachedRemote(const std::shared_ptr<engine::Session>&, const std::string&) override {}
  void CloseSession(const std::shared_ptr<engine::Session>&) override { ++closed_sessions; }

  std::atomic<int> executed{0};
  std::atomic<int> closed_sessions{0};
  /// Rows handed out by ranges: how far producers ran ahead.
  std::atomic<int64_t> rows_produced{0};
};

}  // namespace headrace::connect
