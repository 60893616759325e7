#include "analysis/analyzer.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

Analyzer::Analyzer(AnalysisContext& context) : impl_(std::make_unique<Impl>(context)) {}
Analyzer::~Analyzer() = default;

TypedRelationPtr Analyzer::Analyze(const plan::RelationPtr& relation) { return impl_->AnalyzeTop(relation); }

TypedPtr Analyzer::AnalyzeExpression(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input) {
  return impl_->AnalyzeExpression(expression, input);
}

TypedPtr Analyzer::AnalyzeAssignment(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input,
                                     const plan::StructField& target) {
  return impl_->AnalyzeAssignment(expression, input, target);
}

TypedRelationPtr Analyzer::CastForWrite(const TypedRelationPtr& input, const plan::Schema& target, bool by_name,
                                        const std::string& table_name) {
  return impl_->CastForWrite(input, target, by_name, table_name);
}

AttributeId Analyzer::NewId() { return impl_->NewId(); }

TypedPtr Analyzer::Impl::AnalyzeExpression(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input) {
  for (const auto& attribute : input) next_id_ = std::max(next_id_, attribute.id + 1);
  ColumnIndex index(input);
  Scope scope;
  scope.input = &index;
  auto provenance = std::make_shared<Provenance>();
  provenance->columns = std::make_shared<const std::vector<Attribute>>(input);
  provenance->children = tops_;  // df["x"] of a frame that was analyzed before.
  scope.provenance = provenance;
  return Resolve(expression, scope).typed;
}

TypedPtr Analyzer::Impl::AnalyzeAssignment(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input,
                                           const plan::StructField& target) {
  TypedPtr value = AnalyzeExpression(expression, input);
  return StoreAs(value, target.name, target, "``");
}

TypedRelationPtr Analyzer::Impl::CastForWrite(const TypedRelationPtr& input, const plan::Schema& target, bool by_name,
                                              const std::string& table_name) {
  std::vector<Attribute> columns;
  for (const auto& attribute : input->output) {
    next_id_ = std::max(next_id_, attribute.id + 1);
    if (!attribute.hidden) columns.push_back(attribute);
  }
  auto list = [](const auto& named) {
    std::string text;
    for (const auto& entry : named) text += (text.empty() ? "" : ", ") + plan::QuotedName(entry.name);
    return text;
  };
  if (!by_name && columns.size() != target.size()) {
    bool few = columns.size() < target.size();
    std::string text = few ? "not enough data columns" : "too many data columns";
    throw AnalysisError(
        few ? "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS" : "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
        fmt::format("Cannot write to {}, the reason is {}:\nTable columns: {}.\nData columns: {}.", table_name, text,
                    list(target), list(columns)),
        {{"tableName", table_name}, {"tableColumns", list(target)}, {"dataColumns", list(columns)}})
        .WithSqlState("21S01");
  }
  TypedProject project{input, {}};
  std::vector<Attribute> output;
  std::set<size_t> used;
  for (size_t i = 0; i < target.size(); ++i) {
    const auto& field = target[i];
    const Attribute* source = nullptr;
    if (by_name) {
      for (size_t c = 0; c < columns.size(); ++c) {
        if (!EqualNames(columns[c].name, field.name)) continue;
        source = &columns[c];
        used.insert(c);
      }
    } else {
      source = &columns[i];
      used.insert(i);
    }
    TypedPtr value;
    if (source != nullptr) {
      value = StoreAs(ColumnRef(*source), source->name, field, table_name);
    } else if (field.nullable) {
      value = NullValue(field.type);
    } else {
      throw AnalysisError(
          "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA",
          fmt::format("Cannot write incompatible data for the table {}: Cannot find data for the output column {}.", table_name,
                      plan::QuotedName(field.name)),
          {{"tableName", table_name}, {"colName", plan::QuotedName(field.name)}})
          .WithSqlState("KD000");
    }
    project.expressions.push_back(value);
    output.push_back({NewId(), field.name, value->type, value->nullable, field.metadata, {}, false});
  }
  for (size_t c = 0; c < columns.size(); ++c) {
    if (used.count(c) != 0) continue;
    std::vector<Attribute> extra;
    for (size_t e = 0; e < columns.size(); ++e) {
      if (used.count(e) == 0) extra.push_back(columns[e]);
    }
    throw AnalysisError(
        "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
        fmt::format("Cannot write incompatible data for the table {}: Cannot write extra columns {}.", table_name, list(extra)),
        {{"tableName", table_name}, {"extraColumns", list(extra)}})
        .WithSqlState("KD000");
  }
  return MakeTypedRelation(std::move(project), std::move(output));
}

namespace {

struct Namer {
  std::string operator()(const plan::Literal& node) const { return LiteralText(node.value, node.type, "UTC"); }
  std::string operator()(const plan::UnresolvedAttribute& node) const {
    return node.name.empty() ? std::string() : node.name.back();
  }
  std::string operator()(const plan::FunctionCall& node) const {
    std::vector<std::string> texts;
    for (const auto& argument : node.arguments) texts.push_back(ExpressionName(argument));
    if (node.arguments.size() == 1 && plan::As<plan::Star>(node.arguments[0]) && EqualNames(node.name.back(), "count"))
      texts = {"1"};
    return CallText(LowerName(node.name.back()), texts, node.distinct, node.is_operator);
  }
  std::string operator()(const plan::Cast& node) const {
    if (plan::As<plan::UnresolvedAttribute>(node.child)) return ExpressionName(node.child);
    return fmt::format("{}({} AS {})", node.mode == plan::EvalMode::kTry ? "TRY_CAST" : "CAST", ExpressionName(node.child),
                       node.type.Sql());
  }
  std::string operator()(const plan::Alias& node) const {
    return node.names.empty() ? ExpressionName(node.child) : node.names[0];
  }
  std::string operator()(const plan::ExtractValue& node) const {
    return fmt::format("{}[{}]", ExpressionName(node.child), ExpressionName(node.extraction));
  }
  std::string operator()(const plan::LambdaFunction& node) const {
    std::string text = "lambdafunction(" + ExpressionName(node.body);
    for (size_t i = 0; i < node.arguments.size(); ++i) text += ", namedlambdavariable()";
    return text + ")";
  }
  std::string operator()(const plan::LambdaVariable&) const { return "namedlambdavariable()"; }
  std::string operator()(const plan::Window& node) const { return ExpressionName(node.function) + " OVER ()"; }
  std::string operator()(const plan::NamedArgument& node) const { return ExpressionName(node.value); }
  std::string operator()(const plan::SortOrder& node) const { return ExpressionName(node.child); }
  std::string operator()(const plan::ExpressionString& node) const { return node.text; }
  std::string operator()(const plan::Subquery& node) const {
    if (node.kind == plan::Subquery::Kind::kExists) return "exists()";
    if (node.kind != plan::Subquery::Kind::kIn) return "scalarsubquery()";
    std::string values;
    for (const auto& value : node.in_values) values += (values.empty() ? "" : ", ") + ExpressionName(value);
    if (node.in_values.size() != 1) values = "(" + values + ")";
    return fmt::format("{}({} IN (listquery())){}", node.negated ? "(NOT " : "", values, node.negated ? ")" : "");
  }
  std::string operator()(const plan::Star&) const { return "*"; }
  std::string operator()(const plan::InlineUdf& node) const { return node.name; }
  template <typename T>
  std::string operator()(const T&) const {
    return "expression";
  }
};

}  // namespace

std::string ExpressionName(const plan::ExpressionPtr& expression) { return std::visit(Namer{}, expression->node); }

}  // namespace headrace::analysis
