#include <delta/connect/commands.pb.h>
#include <delta/connect/relations.pb.h>
#include <google/protobuf/any.pb.h>
#include <spark/connect/relations.pb.h>

#include <boost/algorithm/string/join.hpp>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace dc = ::delta::connect;
namespace sc = ::spark::connect;
using plan::CommandPtr;
using plan::RelationPtr;
using Node = plan::Relation::Node;

namespace {

template <typename Map>
plan::Options ToOptions(const Map& map) {
  return {map.begin(), map.end()};
}

Node Rows(plan::DeltaCommand command) { return plan::CommandResult{plan::MakeCommand(std::move(command))}; }

plan::DeltaCommand OnTable(const char* kind, plan::Target target) {
  plan::DeltaCommand command;
  command.kind = kind;
  command.target = std::move(target);
  return command;
}

plan::TimeTravel AtTimestamp(const std::string& timestamp) {
  plan::TimeTravel travel;
  travel.timestamp = plan::StringLiteral(timestamp);
  return travel;
}

plan::TimeTravel AtVersion(int64_t version) {
  plan::TimeTravel travel;
  travel.version = version;
  return travel;
}

std::vector<plan::Assignment> Assignments(PlanDecoder& decoder, const google::protobuf::RepeatedPtrField<dc::Assignment>& list) {
  std::vector<plan::Assignment> assignments;
  for (const auto& assignment : list) {
    assignments.push_back({decoder.Expression(assignment.field()), decoder.Expression(assignment.value())});
  }
  return assignments;
}

plan::Merge::Action MergeAction(PlanDecoder& decoder, const dc::MergeIntoTable_Action& proto) {
  using Kind = plan::Merge::Action::Kind;
  plan::Merge::Action action;
  if (proto.has_condition()) action.condition = decoder.Expression(proto.condition());
  switch (proto.action_type_case()) {
    case dc::MergeIntoTable_Action::kDeleteAction:
      action.kind = Kind::kDelete;
      break;
    case dc::MergeIntoTable_Action::kUpdateAction:
      action.kind = Kind::kUpdate;
      action.assignments = Assignments(decoder, proto.update_action().assignments());
      break;
    case dc::MergeIntoTable_Action::kUpdateStarAction:
      action.kind = Kind::kUpdateStar;
      break;
    case dc::MergeIntoTable_Action::kInsertAction:
      action.kind = Kind::kInsert;
      action.assignments = Assignments(decoder, proto.insert_action().assignments());
      break;
    case dc::MergeIntoTable_Action::kInsertStarAction:
      action.kind = Kind::kInsertStar;
      break;
    default:
      ThrowInvalidPlan("MERGE_ACTION", "A merge action's type is not set.");
  }
  return action;
}

plan::CreateTable CreateTable(PlanDecoder& decoder, const dc::CreateDeltaTable& proto) {
  plan::CreateTable create;
  create.provider = "delta";
  if (proto.has_table_name()) create.name = ParseMultipartName(proto.table_name());
  if (proto.has_location()) create.location = proto.location();
  if (proto.has_comment()) create.comment = proto.comment();
  if (create.name.empty() && create.location) create.name = {"delta", *create.location};
  for (const auto& column : proto.columns()) {
    plan::ColumnDefinition definition;
    definition.field = {column.name(), decoder.Type(column.data_type()), column.nullable(), {}};
    if (column.has_comment()) definition.field.metadata["comment"] = column.comment();
    if (column.has_generated_always_as()) {
      definition.generated_text = column.generated_always_as();
      definition.generated_always_as = plan::Make(plan::ExpressionString{column.generated_always_as()});
    }
    if (column.has_identity_info()) {
      definition.identity = true;
      definition.identity_start = column.identity_info().start();
      definition.identity_step = column.identity_info().step();
      definition.identity_allow_explicit = column.identity_info().allow_explicit_insert();
    }
    create.columns.push_back(std::move(definition));
  }
  for (const auto& column : proto.partitioning_columns()) create.partitioning.push_back(plan::Attribute({column}));
  for (const auto& column : proto.clustering_columns()) create.clustering.push_back(ParseAttributeName(column));
  create.properties = ToOptions(proto.properties());
  switch (proto.mode()) {
    case dc::CreateDeltaTable_Mode_MODE_CREATE:
      break;
    case dc::CreateDeltaTable_Mode_MODE_CREATE_IF_NOT_EXISTS:
      create.if_not_exists = true;
      break;
    case dc::CreateDeltaTable_Mode_MODE_REPLACE:
      create.replace = true;
      create.must_exist = true;
      break;
    case dc::CreateDeltaTable_Mode_MODE_CREATE_OR_REPLACE:
      create.replace = true;
      break;
    default:
      ThrowInvalidPlan("CREATE_MODE", "The mode of a create is not set.");
  }
  return create;
}

}  // namespace

plan::Target PlanDecoder::DeltaTarget(const dc::DeltaTable& table) {
  if (table.has_path()) {
    plan::ReadFiles files;
    files.format = "delta";
    files.paths = {table.path().path()};
    files.options = ToOptions(table.path().hadoop_conf());
    return {plan::MakeRelation(std::move(files))};
  }
  plan::ReadTable read;
  read.name = ParseMultipartName(table.table_or_view_name());
  return {plan::MakeRelation(std::move(read))};
}

plan::Target PlanDecoder::PlanTarget(const sc::Relation& relation) { return {Relation(relation)}; }

Node PlanDecoder::DeltaRelation(const dc::DeltaRelation& relation) {
  using D = dc::DeltaRelation;
  switch (relation.relation_type_case()) {
    case D::kScan:
      return DeltaTarget(relation.scan().table()).plan->node;
    case D::kDescribeHistory:
      return Rows(OnTable("DESCRIBE HISTORY", DeltaTarget(relation.describe_history().table())));
    case D::kDescribeDetail:
      return Rows(OnTable("DESCRIBE DETAIL", DeltaTarget(relation.describe_detail().table())));
    case D::kConvertToDelta: {
      plan::DeltaCommand command;
      command.kind = "CONVERT";
      command.arguments["identifier"] = relation.convert_to_delta().identifier();
      if (relation.convert_to_delta().has_partition_schema_string()) {
        command.arguments["partition_schema"] = relation.convert_to_delta().partition_schema_string();
      } else if (relation.convert_to_delta().has_partition_schema_struct()) {
        json::value type = Type(relation.convert_to_delta().partition_schema_struct()).ToJson();
        command.arguments["partition_schema"] = json::serialize(type);
      }
      return Rows(std::move(command));
    }
    case D::kRestoreTable: {
      auto command = OnTable("RESTORE", DeltaTarget(relation.restore_table().table()));
      const auto& restore = relation.restore_table();
      command.version = restore.has_version() ? AtVersion(restore.version()) : AtTimestamp(restore.timestamp());
      return Rows(std::move(command));
    }
    case D::kIsDeltaTable: {
      plan::DeltaCommand command;
      command.kind = "IS DELTA TABLE";
      command.path = relation.is_delta_table().path();
      return Rows(std::move(command));
    }
    case D::kDeleteFromTable: {
      plan::Delete node;
      node.target = PlanTarget(relation.delete_from_table().target());
      if (relation.delete_from_table().has_condition()) {
        node.condition = Expression(relation.delete_from_table().condition());
      }
      return plan::CommandResult{plan::MakeCommand(std::move(node))};
    }
    case D::kUpdateTable: {
      plan::Update node;
      node.target = PlanTarget(relation.update_table().target());
      if (relation.update_table().has_condition()) node.condition = Expression(relation.update_table().condition());
      node.assignments = Assignments(*this, relation.update_table().assignments());
      return plan::CommandResult{plan::MakeCommand(std::move(node))};
    }
    case D::kMergeIntoTable: {
      const auto& merge = relation.merge_into_table();
      plan::Merge node;
      node.target = PlanTarget(merge.target());
      node.source = Relation(merge.source());
      node.condition = Expression(merge.condition());
      for (const auto& action : merge.matched_actions()) node.matched.push_back(MergeAction(*this, action));
      for (const auto& action : merge.not_matched_actions()) node.not_matched.push_back(MergeAction(*this, action));
      for (const auto& action : merge.not_matched_by_source_actions()) {
        node.not_matched_by_source.push_back(MergeAction(*this, action));
      }
      node.schema_evolution = merge.with_schema_evolution();
      return plan::CommandResult{plan::MakeCommand(std::move(node))};
    }
    case D::kOptimizeTable: {
      const auto& optimize = relation.optimize_table();
      auto command = OnTable("OPTIMIZE", DeltaTarget(optimize.table()));
      for (const auto& filter : optimize.partition_filters()) {
        auto text = plan::Make(plan::ExpressionString{filter});
        command.predicate = command.predicate ? plan::Operator("and", {command.predicate, text}) : text;
      }
      for (const auto& column : optimize.zorder_columns()) command.zorder.push_back(ParseAttributeName(column));
      return Rows(std::move(command));
    }
    default:
      ThrowInvalidPlan("DELTA_RELATION", "A Delta relation is not set or not known.");
  }
}

CommandPtr PlanDecoder::DeltaCommand(const dc::DeltaCommand& command) {
  using D = dc::DeltaCommand;
  plan::DeltaCommand node;
  switch (command.command_type_case()) {
    case D::kCloneTable: {
      const auto& clone = command.clone_table();
      node = OnTable("CLONE", DeltaTarget(clone.table()));
      node.path = clone.target();
      if (clone.has_version()) node.version = AtVersion(clone.version());
      if (clone.has_timestamp()) node.version = AtTimestamp(clone.timestamp());
      for (const auto& [key, value] : clone.properties()) node.arguments["property." + key] = value;
      node.arguments["shallow"] = clone.is_shallow() ? "true" : "false";
      node.arguments["replace"] = clone.replace() ? "true" : "false";
      break;
    }
    case D::kVacuumTable:
      node = OnTable("VACUUM", DeltaTarget(command.vacuum_table().table()));
      if (command.vacuum_table().has_retention_hours()) node.retention_hours = command.vacuum_table().retention_hours();
      break;
    case D::kUpgradeTableProtocol:
      node = OnTable("UPGRADE PROTOCOL", DeltaTarget(command.upgrade_table_protocol().table()));
      node.arguments["reader_version"] = std::to_string(command.upgrade_table_protocol().reader_version());
      node.arguments["writer_version"] = std::to_string(command.upgrade_table_protocol().writer_version());
      break;
    case D::kGenerate:
      node = OnTable("GENERATE", DeltaTarget(command.generate().table()));
      node.arguments["mode"] = command.generate().mode();
      break;
    case D::kCreateDeltaTable:
      return plan::MakeCommand(CreateTable(*this, command.create_delta_table()));
    case D::kAddFeatureSupport:
      node = OnTable("ADD FEATURE", DeltaTarget(command.add_feature_support().table()));
      node.arguments["feature"] = command.add_feature_support().feature_name();
      break;
    case D::kDropFeatureSupport:
      node = OnTable("DROP FEATURE", DeltaTarget(command.drop_feature_support().table()));
      node.arguments["feature"] = command.drop_feature_support().feature_name();
      node.arguments["truncate_history"] = command.drop_feature_support().truncate_history() ? "true" : "false";
      break;
    default:
      ThrowInvalidPlan("DELTA_COMMAND", "A Delta command is not set or not known.");
  }
  return plan::MakeCommand(std::move(node));
}

RelationPtr PlanDecoder::Extension(const google::protobuf::Any& any, const sc::Relation& relation) {
  if (any.type_url() != "type.googleapis.com/delta.connect.DeltaRelation") {
    ThrowInvalidPlan("NO_HANDLER_FOR_EXTENSION", "No handler found for the extension type: " + any.type_url(),
                     {{"extensionTypeUrl", any.type_url()}});
  }
  dc::DeltaRelation inner;
  ParseDeep(any.value(), inner);
  Node node = DeltaRelation(inner);
  return std::make_shared<const plan::Relation>(
      plan::Relation{std::move(node), DecodeOrigin(relation.common().origin()),
                     relation.common().has_plan_id() ? relation.common().plan_id() : -1});
}

CommandPtr PlanDecoder::CommandExtension(const google::protobuf::Any& any) {
  if (any.type_url() != "type.googleapis.com/delta.connect.DeltaCommand") {
    ThrowInvalidPlan("NO_HANDLER_FOR_EXTENSION", "No handler found for the extension type: " + any.type_url(),
                     {{"extensionTypeUrl", any.type_url()}});
  }
  dc::DeltaCommand inner;
  ParseDeep(any.value(), inner);
  return DeltaCommand(inner);
}

}  // namespace headrace::connect
