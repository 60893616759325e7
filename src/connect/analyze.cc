#include <spark/connect/base.pb.h>

#include "base/error.h"
#include "connect/decode.h"
#include "connect/encode.h"
#include "connect/handlers.h"

namespace headrace::connect {

namespace sc = ::spark::connect;

namespace {

using Request = sc::AnalyzePlanRequest;

plan::RelationPtr Decode(PlanDecoder& decoder, const sc::Plan& plan) {
  PlanRoot root = RootOf(plan);
  if (root.relation == nullptr) ThrowInvalidPlan("UNEXPECTED_PLAN_TYPE", "A relation is expected, not a command.");
  return decoder.Relation(*root.relation);
}

std::string ModeName(sc::AnalyzePlanRequest_Explain_ExplainMode mode) {
  switch (mode) {
    case Request::Explain::EXPLAIN_MODE_SIMPLE:
      return "simple";
    case Request::Explain::EXPLAIN_MODE_EXTENDED:
      return "extended";
    case Request::Explain::EXPLAIN_MODE_CODEGEN:
      return "codegen";
    case Request::Explain::EXPLAIN_MODE_COST:
      return "cost";
    case Request::Explain::EXPLAIN_MODE_FORMATTED:
      return "formatted";
    default:
      ThrowInvalidPlan("EXPLAIN_MODE", "The mode of an explain is not set.");
  }
}

engine::StorageLevel ToLevel(const sc::StorageLevel& level) {
  return {level.use_disk(), level.use_memory(), level.use_off_heap(), level.deserialized(), level.replication()};
}

}  // namespace

void AnalyzePlan(engine::QueryService& queries, const std::shared_ptr<engine::Session>& session, const Request& request,
                 sc::AnalyzePlanResponse& response) {
  PlanDecoder decoder(*session);
  switch (request.analyze_case()) {
    case Request::kSparkVersion:
      response.mutable_spark_version()->set_version(kSparkVersion);
      return;
    case Request::kSchema: {
      auto relation = Decode(decoder, request.schema().plan());
      EncodeSchema(queries.AnalyzeSchema(session, relation), *response.mutable_schema()->mutable_schema());
      return;
    }
    case Request::kTreeString: {
      auto relation = Decode(decoder, request.tree_string().plan());
      int level = request.tree_string().has_level() ? request.tree_string().level() : 0;
      response.mutable_tree_string()->set_tree_string(TreeString(queries.AnalyzeSchema(session, relation), level));
      return;
    }
    case Request::kExplain: {
      auto relation = Decode(decoder, request.explain().plan());
      response.mutable_explain()->set_explain_string(
          queries.Explain(session, relation, ModeName(request.explain().explain_mode())));
      return;
    }
    case Request::kIsLocal:
      response.mutable_is_local()->set_is_local(queries.IsLocal(session, Decode(decoder, request.is_local().plan())));
      return;
    case Request::kIsStreaming:
      response.mutable_is_streaming()->set_is_streaming(
          queries.IsStreaming(session, Decode(decoder, request.is_streaming().plan())));
      return;
    case Request::kInputFiles: {
      auto* files = response.mutable_input_files();
      for (auto& file : queries.InputFiles(session, Decode(decoder, request.input_files().plan()))) files->add_files(file);
      return;
    }
    case Request::kDdlParse:
      EncodeType(ParseTypeText(request.ddl_parse().ddl_string()), *response.mutable_ddl_parse()->mutable_parsed());
      return;
    case Request::kJsonToDdl: {
      plan::DataType type = plan::DataType::FromJsonText(request.json_to_ddl().json_string());
      response.mutable_json_to_ddl()->set_ddl_string(type.id() == plan::TypeId::kStruct ? ToDdl(type.fields()) : type.Sql());
      return;
    }
    case Request::kSameSemantics:
      response.mutable_same_semantics()->set_result(
          queries.SameSemantics(session, Decode(decoder, request.same_semantics().target_plan()),
                                Decode(decoder, request.same_semantics().other_plan())));
      return;
    case Request::kSemanticHash:
      response.mutable_semantic_hash()->set_result(
          queries.SemanticHash(session, Decode(decoder, request.semantic_hash().plan())));
      return;
    case Request::kPersist: {
      // MEMORY_AND_DISK unless the client says otherwise.
      engine::StorageLevel level{true, true, false, true, 1};
      if (request.persist().has_storage_level()) level = ToLevel(request.persist().storage_level());
      queries.Persist(session, decoder.Relation(request.persist().relation()), level);
      response.mutable_persist();
      return;
    }
    case Request::kUnpersist:
      queries.Unpersist(session, decoder.Relation(request.unpersist().relation()), request.unpersist().blocking());
      response.mutable_unpersist();
      return;
    case Request::kGetStorageLevel: {
      auto level = queries.GetStorageLevel(session, decoder.Relation(request.get_storage_level().relation()));
      auto* encoded = response.mutable_get_storage_level()->mutable_storage_level();
      encoded->set_use_disk(level.use_disk);
      encoded->set_use_memory(level.use_memory);
      encoded->set_use_off_heap(level.use_off_heap);
      encoded->set_deserialized(level.deserialized);
      encoded->set_replication(level.replication);
      return;
    }
    default:
      ThrowInvalidPlan("ANALYZE_NOT_SET", "An analysis is not set or not known.");
  }
}

}  // namespace headrace::connect
