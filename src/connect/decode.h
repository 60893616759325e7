#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session.h"
#include "plan/command.h"
#include "plan/relation.h"

namespace google::protobuf {
class Any;
class MessageLite;
}  // namespace google::protobuf
namespace spark::connect {
class AsOfJoin;
class Catalog;
class ChunkedCachedLocalRelation;
class Command;
class CommonInlineUserDefinedFunction;
class DataType;
class Expression;
class Expression_Alias;
class Expression_Literal;
class Expression_SortOrder;
class Expression_UnresolvedFunction;
class Expression_Window;
class Join;
class LateralJoin;
class Origin;
class Plan;
class Relation;
class SQL;
class SqlCommand;
class SubqueryExpression;
class WriteOperation;
class WriteOperationV2;
}  // namespace spark::connect
namespace delta::connect {
class DeltaCommand;
class DeltaRelation;
class DeltaTable;
}  // namespace delta::connect

namespace headrace::connect {

/// The deepest nesting of messages that is read, as Spark has it; protobuf's own limit of 100 breaks at 49 chained calls.
inline constexpr int kRecursionLimit = 1024;

/// Parses a message with kRecursionLimit; throws Error(kInvalidPlan, "CONNECT_INVALID_PLAN.CANNOT_PARSE").
void ParseDeep(std::string_view bytes, google::protobuf::MessageLite& message);

/// The plan of a request with compression undone. `storage` keeps the decompressed message alive.
struct PlanRoot {
  const spark::connect::Relation* relation = nullptr;
  const spark::connect::Command* command = nullptr;
  std::shared_ptr<google::protobuf::MessageLite> storage;
};
PlanRoot RootOf(const spark::connect::Plan& plan);

/// Turns the protobuf plans of Spark Connect and Delta Connect into plan values. Names are not resolved and nothing is
/// run; local data is taken from the session's artifacts. Throws Spark's CONNECT_INVALID_PLAN errors for plans that make
/// no sense, and names what is not supported. One decoder serves one request; it recurses, so it runs on a thread with a
/// large stack.
class PlanDecoder {
 public:
  explicit PlanDecoder(const engine::Session& session) : session_(session) {}

  plan::RelationPtr Relation(const spark::connect::Relation& relation);
  plan::CommandPtr Command(const spark::connect::Command& command);
  /// The query of spark.sql() as a relation, also from the older form that has no `input`.
  plan::RelationPtr Sql(const spark::connect::SqlCommand& command);
  plan::ExpressionPtr Expression(const spark::connect::Expression& expression);
  plan::Literal Literal(const spark::connect::Expression_Literal& literal);
  plan::DataType Type(const spark::connect::DataType& type);
  /// A schema as JSON or as DDL text ("a INT, b STRING"); a type that is no struct becomes the column `value`.
  plan::Schema SchemaText(const std::string& text);
  plan::Schema SchemaType(const spark::connect::DataType& type);

 private:
  friend struct RelationDecoders;
  friend struct ExpressionDecoders;

  plan::RelationPtr Input(bool present, const spark::connect::Relation& relation);
  plan::RelationPtr Extension(const google::protobuf::Any& any, const spark::connect::Relation& relation);
  plan::CommandPtr CommandExtension(const google::protobuf::Any& any);
  plan::Relation::Node DeltaRelation(const delta::connect::DeltaRelation& relation);
  plan::CommandPtr DeltaCommand(const delta::connect::DeltaCommand& command);
  plan::Target DeltaTarget(const delta::connect::DeltaTable& table);
  plan::Target PlanTarget(const spark::connect::Relation& relation);
  plan::Relation::Node CatalogNode(const spark::connect::Catalog& catalog);
  plan::SqlText SqlNode(const spark::connect::SQL& sql);
  plan::Join JoinNode(const spark::connect::Join& join);
  plan::Join LateralJoinNode(const spark::connect::LateralJoin& join);
  plan::AsOfJoin AsOfJoinNode(const spark::connect::AsOfJoin& join);
  plan::LocalRelation CachedLocal(const std::string& hash);
  plan::LocalRelation ChunkedLocal(const spark::connect::ChunkedCachedLocalRelation& relation);
  std::shared_ptr<const std::string> CachedBlock(const std::string& hash) const;

  plan::SortOrder SortOrder(const spark::connect::Expression_SortOrder& order);
  plan::Alias Alias(const spark::connect::Expression_Alias& alias);
  plan::Expression::Node Function(const spark::connect::Expression_UnresolvedFunction& function);
  plan::Expression::Node Window(const spark::connect::Expression_Window& window);
  plan::Expression::Node Subquery(const spark::connect::SubqueryExpression& subquery);
  plan::InlineUdf Udf(const spark::connect::CommonInlineUserDefinedFunction& function);
  template <typename Repeated>
  plan::Expressions List(const Repeated& expressions);
  template <typename Repeated>
  std::vector<plan::SortOrder> Orders(const Repeated& orders);

  plan::CommandPtr Write(const spark::connect::WriteOperation& write);
  plan::CommandPtr WriteV2(const spark::connect::WriteOperationV2& write);

  const engine::Session& session_;
};

/// "a.`b c`.d" → parts, as Spark reads column names; throws Error(kAnalysis, "INVALID_ATTRIBUTE_NAME_SYNTAX").
plan::NameParts ParseAttributeName(const std::string& text);
/// The name of a table or a function: "catalog.schema.`table`", "delta.`/path`".
plan::NameParts ParseMultipartName(const std::string& text);
/// A type or a list of columns in SQL: "struct<a:int>", "decimal(10,2)", "a INT, b STRING".
plan::DataType ParseTypeText(const std::string& text);
plan::Origin DecodeOrigin(const spark::connect::Origin& origin);

/// Throws Error(kInvalidPlan, "CONNECT_INVALID_PLAN." + subclass).
[[noreturn]] void ThrowInvalidPlan(const std::string& subclass, const std::string& message,
                                   std::map<std::string, std::string> parameters = {});

}  // namespace headrace::connect
