#include <delta/connect/commands.pb.h>
#include <spark/connect/commands.pb.h>
#include <spark/connect/relations.pb.h>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace sc = ::spark::connect;
using plan::CommandPtr;
using plan::MakeCommand;

namespace {

template <typename Map>
plan::Options ToOptions(const Map& map) {
  return {map.begin(), map.end()};
}

template <typename Repeated>
std::vector<std::string> Strings(const Repeated& strings) {
  return {strings.begin(), strings.end()};
}

const char* ModeName(sc::WriteOperation_SaveMode mode) {
  switch (mode) {
    case sc::WriteOperation_SaveMode_SAVE_MODE_APPEND:
      return "append";
    case sc::WriteOperation_SaveMode_SAVE_MODE_OVERWRITE:
      return "overwrite";
    case sc::WriteOperation_SaveMode_SAVE_MODE_IGNORE:
      return "ignore";
    default:
      return "error";
  }
}

const char* ModeName(sc::WriteOperationV2_Mode mode) {
  switch (mode) {
    case sc::WriteOperationV2_Mode_MODE_CREATE:
      return "create";
    case sc::WriteOperationV2_Mode_MODE_OVERWRITE:
      return "overwrite";
    case sc::WriteOperationV2_Mode_MODE_OVERWRITE_PARTITIONS:
      return "overwrite_partitions";
    case sc::WriteOperationV2_Mode_MODE_APPEND:
      return "append";
    case sc::WriteOperationV2_Mode_MODE_REPLACE:
      return "replace";
    case sc::WriteOperationV2_Mode_MODE_CREATE_OR_REPLACE:
      return "create_or_replace";
    default:
      ThrowInvalidPlan("WRITE_MODE", "The mode of a writeTo is not set.");
  }
}

plan::Merge::Action MergeAction(PlanDecoder& decoder, const sc::Expression& expression) {
  using Kind = plan::Merge::Action::Kind;
  if (!expression.has_merge_action()) ThrowInvalidPlan("MERGE_ACTION", "A merge clause without an action.");
  const auto& proto = expression.merge_action();
  plan::Merge::Action action;
  switch (proto.action_type()) {
    case sc::MergeAction_ActionType_ACTION_TYPE_DELETE:
      action.kind = Kind::kDelete;
      break;
    case sc::MergeAction_ActionType_ACTION_TYPE_INSERT:
      action.kind = Kind::kInsert;
      break;
    case sc::MergeAction_ActionType_ACTION_TYPE_INSERT_STAR:
      action.kind = Kind::kInsertStar;
      break;
    case sc::MergeAction_ActionType_ACTION_TYPE_UPDATE:
      action.kind = Kind::kUpdate;
      break;
    case sc::MergeAction_ActionType_ACTION_TYPE_UPDATE_STAR:
      action.kind = Kind::kUpdateStar;
      break;
    default:
      ThrowInvalidPlan("MERGE_ACTION", "A merge action's type is not set.");
  }
  if (proto.has_condition()) action.condition = decoder.Expression(proto.condition());
  for (const auto& assignment : proto.assignments()) {
    action.assignments.push_back({decoder.Expression(assignment.key()), decoder.Expression(assignment.value())});
  }
  return action;
}

CommandPtr MergeInto(PlanDecoder& decoder, const sc::MergeIntoTableCommand& command) {
  plan::Merge merge;
  plan::ReadTable target;
  target.name = ParseMultipartName(command.target_table_name());
  merge.target.plan = plan::MakeRelation(std::move(target));
  merge.source = decoder.Relation(command.source_table_plan());
  merge.condition = decoder.Expression(command.merge_condition());
  for (const auto& action : command.match_actions()) merge.matched.push_back(MergeAction(decoder, action));
  for (const auto& action : command.not_matched_actions()) merge.not_matched.push_back(MergeAction(decoder, action));
  for (const auto& action : command.not_matched_by_source_actions()) {
    merge.not_matched_by_source.push_back(MergeAction(decoder, action));
  }
  merge.schema_evolution = command.with_schema_evolution();
  return MakeCommand(std::move(merge));
}

CommandPtr CreateView(PlanDecoder& decoder, const sc::CreateDataFrameViewCommand& command) {
  plan::CreateView view;
  view.name = ParseMultipartName(command.name());
  view.scope = command.is_global() ? plan::CreateView::Scope::kGlobalTemporary : plan::CreateView::Scope::kTemporary;
  view.plan = decoder.Relation(command.input());
  view.replace = command.replace();
  return MakeCommand(std::move(view));
}

CommandPtr Unsupported(const char* feature) { return MakeCommand(plan::UnsupportedCommand{feature}); }

}  // namespace

CommandPtr PlanDecoder::Write(const sc::WriteOperation& write) {
  plan::Write node;
  node.source = Relation(write.input());
  node.format = write.source();
  node.mode = ModeName(write.mode());
  if (write.has_path()) node.path = write.path();
  if (write.has_table()) {
    node.table = ParseMultipartName(write.table().table_name());
    switch (write.table().save_method()) {
      case sc::WriteOperation_SaveTable_TableSaveMethod_TABLE_SAVE_METHOD_SAVE_AS_TABLE:
        break;
      case sc::WriteOperation_SaveTable_TableSaveMethod_TABLE_SAVE_METHOD_INSERT_INTO:
        node.insert_into = true;
        break;
      default:
        ThrowInvalidPlan("TABLE_SAVE_METHOD", "The way of saving a table is not set.");
    }
  }
  node.partitioning = Strings(write.partitioning_columns());
  node.sort_columns = Strings(write.sort_column_names());
  if (write.has_bucket_by()) {
    node.bucket_columns = Strings(write.bucket_by().bucket_column_names());
    node.bucket_count = write.bucket_by().num_buckets();
    if (node.bucket_count <= 0) {
      ThrowInvalidPlan("INVALID_BUCKET_COUNT",
                       "BucketBy must specify a bucket count > 0, received " + std::to_string(node.bucket_count) + " instead.");
    }
  }
  node.clustering = Strings(write.clustering_columns());
  node.options = ToOptions(write.options());
  node.schema_evolution = write.with_schema_evolution();
  return MakeCommand(std::move(node));
}

CommandPtr PlanDecoder::WriteV2(const sc::WriteOperationV2& write) {
  plan::WriteV2 node;
  node.source = Relation(write.input());
  node.table = ParseMultipartName(write.table_name());
  node.provider = write.provider();
  node.mode = ModeName(write.mode());
  for (const auto& column : write.partitioning_columns()) node.partitioning.push_back(Expression(column));
  node.clustering = Strings(write.clustering_columns());
  node.options = ToOptions(write.options());
  node.properties = ToOptions(write.table_properties());
  if (write.has_overwrite_condition()) node.overwrite_condition = Expression(write.overwrite_condition());
  node.schema_evolution = write.with_schema_evolution();
  return MakeCommand(std::move(node));
}

plan::RelationPtr PlanDecoder::Sql(const sc::SqlCommand& command) {
  if (command.has_input()) return Relation(command.input());
  sc::SQL sql;
  sql.set_query(command.sql());
  *sql.mutable_args() = command.args();
  *sql.mutable_pos_args() = command.pos_args();
  *sql.mutable_named_arguments() = command.named_arguments();
  *sql.mutable_pos_arguments() = command.pos_arguments();
  return plan::MakeRelation(SqlNode(sql));
}

CommandPtr PlanDecoder::Command(const sc::Command& command) {
  using C = sc::Command;
  switch (command.command_type_case()) {
    case C::kWriteOperation:
      return Write(command.write_operation());
    case C::kWriteOperationV2:
      return WriteV2(command.write_operation_v2());
    case C::kCreateDataframeView:
      return CreateView(*this, command.create_dataframe_view());
    case C::kMergeIntoTableCommand:
      return MergeInto(*this, command.merge_into_table_command());
    case C::kExtension:
      return CommandExtension(command.extension());
    case C::kRegisterFunction:
      return Unsupported("Python UDFs");
    case C::kRegisterTableFunction:
      return Unsupported("Python UDTFs");
    case C::kRegisterDataSource:
      return Unsupported("Python data sources");
    case C::kWriteStreamOperationStart:
    case C::kStreamingQueryCommand:
    case C::kStreamingQueryManagerCommand:
    case C::kStreamingQueryListenerBusCommand:
      return Unsupported("Structured Streaming");
    case C::kCreateResourceProfileCommand:
      return Unsupported("resource profiles");
    case C::kMlCommand:
      return Unsupported("Spark ML over Connect");
    case C::kExecuteExternalCommand:
      return Unsupported("external commands");
    case C::kPipelineCommand:
      return Unsupported("declarative pipelines");
    default:
      ThrowInvalidPlan("COMMAND_NOT_SET", "A command is not set or not known.");
  }
}

}  // namespace headrace::connect
