#include "engine/precompiled.h"

#include "engine/delta_target.h"

#include <charconv>

#include "base/error.h"
#include "catalog/errors.h"
#include "delta/snapshot_builder.h"
#include "engine/typed_build.h"
#include "plan/names.h"

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

namespace {

/// The scan below a view that passes all columns of a table on, under the view's names.
TypedRelationPtr ThroughViews(TypedRelationPtr relation) {
  while (const auto* project = As<analysis::TypedProject>(relation)) {
    const auto& below = project->input->output;
    if (project->expressions.size() != below.size()) return nullptr;
    auto renamed = *project->input;
    for (size_t i = 0; i < below.size(); ++i) {
      const auto* column = As<analysis::TypedColumn>(project->expressions[i]);
      if (column == nullptr || column->id != below[i].id || relation->output[i].name != below[i].name) return nullptr;
      renamed.output[i].qualifier = relation->output[i].qualifier;
    }
    relation = std::make_shared<const analysis::TypedRelation>(std::move(renamed));
  }
  return relation;
}

std::string NameOf(const plan::RelationPtr& plan) {
  if (const auto* alias = plan::As<plan::SubqueryAlias>(plan)) return NameOf(alias->input);
  if (const auto* read = plan::As<plan::ReadTable>(plan)) return plan::QuotedName(read->name);
  if (const auto* files = plan::As<plan::ReadFiles>(plan)) return "delta.`" + (files->paths.empty() ? "" : files->paths[0]) + "`";
  return "the relation";
}

/// The error of a row-level change of a table of plain files; nothing for other operations and plans.
void RefuseChange(CommandContext& context, const plan::RelationPtr& plan, const std::string& operation) {
  if (const auto* alias = plan::As<plan::SubqueryAlias>(plan)) return RefuseChange(context, alias->input, operation);
  const auto* read = plan::As<plan::ReadTable>(plan);
  const bool deletes = operation == "DELETE";
  if (read == nullptr || !(deletes || operation == "UPDATE" || operation == "MERGE")) return;
  std::string name = plan::QuotedName(catalog::Catalog::Qualify(read->name, context.current()).parts());
  std::string shown = deletes ? operation : operation == "UPDATE" ? "UPDATE TABLE" : "MERGE INTO TABLE";
  throw Error(deletes ? ErrorKind::kAnalysis : ErrorKind::kUnsupported, "UNSUPPORTED_FEATURE.TABLE_OPERATION",
              "The feature is not supported: Table " + name + " does not support " + shown +
                  ". Please check the current catalog and namespace to make sure the qualified table name is expected, and also "
                  "check the catalog implementation which is configured by \"spark.sql.catalog\".",
              {{"tableName", name}, {"operation", shown}})
      .WithSqlState("0A000");
}

[[noreturn]] void ThrowNotThere(const plan::RelationPtr& plan) {
  std::string shown = NameOf(plan);
  if (plan::As<plan::ReadFiles>(plan)) {
    throw Error(ErrorKind::kAnalysis, "DELTA_MISSING_DELTA_TABLE", shown + " is not a Delta table.", {{"tableName", shown}})
        .WithSqlState("42P01");
  }
  throw Error(ErrorKind::kAnalysis, "DELTA_TABLE_NOT_FOUND", "Delta table " + shown + " doesn't exist.", {{"tableName", shown}})
      .WithSqlState("42P01");
}

/// Conversion of typed conditions over a table's columns.
class Converter {
 public:
  explicit Converter(const std::vector<Attribute>& input) : input_(input) {}

  delta::Predicate operator()(const TypedPtr& condition) const {
    using delta::Predicate;
    if (const auto* literal = As<analysis::TypedLiteral>(condition)) {
      const bool* value = std::get_if<bool>(&literal->value.data);
      return value != nullptr && *value ? Predicate::True() : Predicate::False();
    }
    if (auto path = PathOf(condition); path && condition->type.id() == plan::TypeId::kBoolean) {
      return Predicate::Compare(Predicate::Op::kEqual, *path, delta::Value(true));
    }
    const auto* call = As<analysis::TypedCall>(condition);
    if (call == nullptr) return Predicate::Unknown();
    const auto& arguments = call->arguments;
    const std::string& name = call->lowering;
    if (name == "@and") return Predicate::And({(*this)(arguments.at(0)), (*this)(arguments.at(1))});
    if (name == "@or") return Predicate::Or({(*this)(arguments.at(0)), (*this)(arguments.at(1))});
    if (name == "@not") return Predicate::Not((*this)(arguments.at(0)));
    if (name == "@isnull" || name == "@isnotnull") {
      auto path = PathOf(arguments.at(0));
      if (!path) return Predicate::Unknown();
      auto is_null = Predicate::IsNull(*path);
      return name == "@isnull" ? is_null : Predicate::Not(std::move(is_null));
    }
    if (name == "@in") return In(arguments);
    if (name == "startswith" || name == "starts_with") {
      auto path = PathOf(arguments.at(0));
      auto prefix = ValueOf(arguments.at(1));
      const std::string* text = prefix ? std::get_if<std::string>(&*prefix) : nullptr;
      return path && text != nullptr ? Predicate::StartsWith(*path, *text) : Predicate::Unknown();
    }
    auto op = OpOf(name);
    return op && arguments.size() == 2 ? Comparison(*op, arguments[0], arguments[1]) : Predicate::Unknown();
  }

 private:
  using Op = delta::Predicate::Op;

  static std::optional<Op> OpOf(const std::string& name) {
    static const std::map<std::string, Op> ops = {{"@eq", Op::kEqual},
                                                  {"@ne", Op::kNotEqual},
                                                  {"@lt", Op::kLess},
                                                  {"@le", Op::kLessEqual},
                                                  {"@gt", Op::kGreater},
                                                  {"@ge", Op::kGreaterEqual},
                                                  {"@eq_null_safe", Op::kNullSafeEqual}};
    auto found = ops.find(name);
    return found == ops.end() ? std::nullopt : std::optional(found->second);
  }

  static Op Flip(Op op) {
    switch (op) {
      case Op::kLess:
        return Op::kGreater;
      case Op::kLessEqual:
        return Op::kGreaterEqual;
      case Op::kGreater:
        return Op::kLess;
      case Op::kGreaterEqual:
        return Op::kLessEqual;
      default:
        return op;
    }
  }

  delta::Predicate Comparison(Op op, const TypedPtr& left, const TypedPtr& right) const {
    auto path = PathOf(left);
    auto value = ValueOf(right);
    if (!path || !value) {
      path = PathOf(right);
      value = ValueOf(left);
      op = Flip(op);
    }
    if (!path || !value) return delta::Predicate::Unknown();
    return delta::Predicate::Compare(op, std::move(*path), std::move(*value));
  }

  delta::Predicate In(const analysis::TypedExpressions& arguments) const {
    auto path = PathOf(arguments.at(0));
    if (!path) return delta::Predicate::Unknown();
    std::vector<delta::Value> values;
    for (size_t i = 1; i < arguments.size(); ++i) {
      auto value = ValueOf(arguments[i]);
      if (!value) return delta::Predicate::Unknown();
      values.push_back(std::move(*value));
    }
    return delta::Predicate::In(std::move(*path), std::move(values));
  }

  /// Whether a cast keeps every value and the order of values.
  static bool IsExactCast(const plan::DataType& from, const plan::DataType& to) {
    using plan::TypeId;
    if (from.SameType(to)) return true;
    if (from.IsIntegral() && to.IsIntegral()) return from.id() < to.id();
    int digits = from.id() == TypeId::kByte ? 3 : from.id() == TypeId::kShort ? 5 : from.id() == TypeId::kInteger ? 10 : 20;
    if (from.IsIntegral() && to.id() == TypeId::kDecimal) return to.precision() - to.scale() >= digits;
    if (from.id() == TypeId::kDecimal && to.id() == TypeId::kDecimal) {
      return to.scale() >= from.scale() && to.precision() - to.scale() >= from.precision() - from.scale();
    }
    if (from.IsIntegral() && from.id() != TypeId::kLong && to.id() == TypeId::kDouble) return true;
    return from.id() == TypeId::kFloat && to.id() == TypeId::kDouble;
  }

  std::optional<delta::Predicate::Path> PathOf(const TypedPtr& expression) const {
    if (const auto* column = As<analysis::TypedColumn>(expression)) {
      if (column->outer || (expression->type.IsString() && !expression->type.collation().empty())) return std::nullopt;
      for (const auto& attribute : input_) {
        if (attribute.id == column->id && !attribute.hidden) return delta::Predicate::Path{attribute.name};
      }
      return std::nullopt;
    }
    if (const auto* field = As<analysis::TypedFieldAccess>(expression)) {
      auto path = PathOf(field->child);
      if (path) path->push_back(field->child->type.fields().at(field->index).name);
      return path;
    }
    if (const auto* cast = As<analysis::TypedCast>(expression)) {
      if (IsExactCast(cast->child->type, expression->type)) return PathOf(cast->child);
    }
    return std::nullopt;
  }

  static std::optional<delta::Value> ValueOf(const TypedPtr& expression) {
    auto folded = analysis::FoldConstant(expression);
    if (!folded) return std::nullopt;
    if (folded->is_null()) return delta::Value();
    using plan::TypeId;
    const auto& data = folded->data;
    switch (expression->type.id()) {
      case TypeId::kBoolean:
        return delta::Value(std::get<bool>(data));
      case TypeId::kByte:
      case TypeId::kShort:
      case TypeId::kInteger:
      case TypeId::kLong:
        return delta::Value(std::get<int64_t>(data));
      case TypeId::kFloat:
      case TypeId::kDouble:
        return delta::Value(std::get<double>(data));
      case TypeId::kString:
        return delta::Value(std::get<std::string>(data));
      case TypeId::kDate:
        return delta::Value(delta::Date{static_cast<int32_t>(std::get<int64_t>(data))});
      case TypeId::kTimestamp:
      case TypeId::kTimestampNtz:
        return delta::Value(delta::Timestamp{std::get<int64_t>(data)});
      case TypeId::kDecimal:
        return delta::Value(delta::Decimal{std::get<plan::Int128>(data), expression->type.scale()});
      default:
        return std::nullopt;
    }
  }

  const std::vector<Attribute>& input_;
};

}  // namespace

std::string DeltaTarget::Shown() const {
  if (name.empty()) return "delta.`" + snapshot->location().path + "`";
  return name;
}

DeltaTarget FindDeltaTarget(CommandContext& context, SessionAnalysis& analysis, const plan::Target& target,
                            const std::string& operation, const TypedRelationPtr& analyzed) {
  TypedRelationPtr relation;
  try {
    relation = ThroughViews(analyzed ? analyzed : analysis.analyzer().Analyze(target.plan));
  } catch (const Error& error) {
    if (error.condition() == "DELTA_PATH_DOES_NOT_EXIST" || error.condition() == "PATH_NOT_FOUND" ||
        error.condition() == "DELTA_TABLE_NOT_FOUND")
      ThrowNotThere(target.plan);
    throw;
  }
  const auto* scan = As<analysis::TypedScan>(relation);
  if (scan == nullptr || scan->format != "delta") {
    if (scan != nullptr) RefuseChange(context, target.plan, operation);
    std::string shown = NameOf(target.plan);
    throw Error(ErrorKind::kAnalysis, "DELTA_TABLE_ONLY_OPERATION",
                shown + " is not a Delta table. " + operation + " is only supported for Delta tables.",
                {{"tableName", shown}, {"operation", operation}})
        .WithSqlState("0AKDD");
  }
  DeltaTarget found;
  found.table = context.engine.tables().Open(scan->paths.at(0));
  found.snapshot = std::static_pointer_cast<const delta::Snapshot>(scan->snapshot);
  found.schema = scan->schema;
  found.name = scan->table_name;
  if (!found.name.empty()) {
    // The scan knows the table's full name; its parts stand in the columns' qualifier unless an alias replaced them.
    plan::RelationPtr plan = target.plan;
    while (const auto* alias = plan::As<plan::SubqueryAlias>(plan)) plan = alias->input;
    if (const auto* read = plan::As<plan::ReadTable>(plan)) {
      auto info = context.engine.catalog().FindTable(catalog::Catalog::Qualify(read->name, context.current()));
      if (info && !info->is_view()) found.catalog_id = info->id;
    }
  }
  found.scan = relation;
  return found;
}

delta::Predicate FilePredicate(const TypedPtr& condition, const std::vector<Attribute>& input) {
  return condition ? Converter(input)(condition) : delta::Predicate::True();
}

TypedRelationPtr RowScan(analysis::Analyzer& analyzer, const DeltaTarget& target, const std::vector<delta::FileRef>& files) {
  analysis::TypedScan scan = target.node();
  std::vector<delta::FileRef> read;
  std::string numbers;
  for (size_t i = 0; i < files.size(); ++i) {
    if (!files[i]) continue;
    read.push_back(files[i]);
    numbers += std::to_string(i) + " ";
  }
  scan.snapshot = delta::SnapshotBuilder::Restrict(*target.snapshot, std::move(read));
  scan.options[kNumbersOption] = std::move(numbers);
  std::vector<Attribute> output = target.scan->output;
  output.push_back({analyzer.NewId(), kFileColumn, plan::TypeId::kInteger, false, {}, {}, true});
  output.push_back({analyzer.NewId(), kRowColumn, plan::TypeId::kLong, false, {}, {}, true});
  return MakeTypedRelation(std::move(scan), std::move(output));
}

std::vector<int32_t> FileNumbers(const analysis::TypedScan& scan) {
  std::vector<int32_t> numbers;
  auto found = scan.options.find(kNumbersOption);
  if (found == scan.options.end()) return numbers;
  const char* at = found->second.data();
  const char* end = at + found->second.size();
  while (at < end) {
    int32_t number = 0;
    at = std::from_chars(at, end, number).ptr + 1;
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace headrace::engine
