#include "engine/precompiled.h"

#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/lowering.h"

namespace headrace::engine {

using analysis::As;
using analysis::TypedRelation;
using duckdb::make_uniq;

namespace {

ParsedPtr Unnest(ParsedPtr list) { return make_uniq<duckdb::FunctionExpression>("unnest", ListOf(std::move(list))); }

/// The lists that make a generator's columns, all of one length: element i of each makes output row i.
std::vector<ParsedPtr> GeneratorLists(const std::string& name, const analysis::TypedCall& call, ParsedList arguments,
                                      size_t columns) {
  std::vector<ParsedPtr> lists;
  auto positions = [](ParsedPtr length) {
    return CallOf("list_transform", ListOf(CallOf("range", ListOf(Constant(duckdb::Value::BIGINT(0)), std::move(length))), [] {
                    auto lambda = make_uniq<duckdb::LambdaExpression>(
                        duckdb::vector<std::string>{"g"},
                        ParsedPtr(make_uniq<duckdb::CastExpression>(duckdb::LogicalType::INTEGER,
                                                                    make_uniq<duckdb::ColumnRefExpression>("g"))));
                    lambda->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
                    return ParsedPtr(std::move(lambda));
                  }()));
  };
  auto length = [](const ParsedPtr& list) { return CallOf("len", ListOf(list->Copy())); };
  bool is_map = !call.arguments.empty() && call.arguments[0]->type.id() == plan::TypeId::kMap;
  if (name == "explode" || name == "posexplode") {
    ParsedPtr input = std::move(arguments.at(0));
    if (name == "posexplode") {
      lists.push_back(positions(is_map ? CallOf("cardinality", ListOf(input->Copy())) : length(input)));
      if (is_map) {
        lists.back() = positions(
            make_uniq<duckdb::CastExpression>(duckdb::LogicalType::BIGINT, CallOf("cardinality", ListOf(input->Copy()))));
      }
    }
    if (is_map) {
      lists.push_back(CallOf("map_keys", ListOf(input->Copy())));
      lists.push_back(CallOf("map_values", ListOf(std::move(input))));
    } else {
      lists.push_back(std::move(input));
    }
    return lists;
  }
  if (name == "inline") {
    // Each field as a list of its own.
    for (size_t i = 0; i < columns; ++i) {
      ParsedPtr element = make_uniq<duckdb::ColumnRefExpression>("g");
      auto lambda = make_uniq<duckdb::LambdaExpression>(
          duckdb::vector<std::string>{"g"},
          CallOf("struct_extract_at", ListOf(std::move(element), Constant(duckdb::Value::BIGINT(int64_t(i) + 1)))));
      lambda->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
      lists.push_back(CallOf("list_transform", ListOf(arguments.at(0)->Copy(), ParsedPtr(std::move(lambda)))));
    }
    return lists;
  }
  if (name == "stack") {
    const auto* rows = As<analysis::TypedLiteral>(call.arguments.at(0));
    if (rows == nullptr) ThrowInternal("stack without a constant row count");
    for (size_t column = 0; column < columns; ++column) {
      ParsedList values;
      for (int64_t row = 0; row < std::get<int64_t>(rows->value.data); ++row) {
        size_t index = 1 + static_cast<size_t>(row) * columns + column;
        values.push_back(index < arguments.size() ? arguments[index]->Copy() : Constant(duckdb::Value()));
      }
      lists.push_back(CallOf("list_value", std::move(values)));
    }
    return lists;
  }
  if (name == "json_tuple") {
    for (size_t column = 0; column < columns; ++column) {
      ParsedPtr field = CallOf("spark_json_field", ListOf(arguments.at(0)->Copy(), std::move(arguments.at(1 + column))));
      lists.push_back(CallOf("list_value", ListOf(std::move(field))));
    }
    return lists;
  }
  ThrowUnsupported("the generator " + name);
}

}  // namespace

Lowering::Block Lowering::LowerNode(const analysis::TypedGenerate& node, const TypedRelation& relation) {
  const auto* call = As<analysis::TypedCall>(node.generator);
  if (call == nullptr) ThrowInternal("a generator that is no call");
  Block block = LowerRelation(node.input);
  if (block.HasLimit()) block = Seal(std::move(block), node.input->output);
  Scope scope{&block.columns, scope_ ? scope_->outer : nullptr};
  const Scope* saved = scope_;
  scope_ = &scope;
  ParsedList arguments = CallArguments(call->arguments, call->extra);
  scope_ = saved;
  size_t first = node.input->output.size();
  size_t columns = relation.output.size() - first;
  const std::string& name = call->function->name;
  std::vector<ParsedPtr> lists = GeneratorLists(name, *call, std::move(arguments), columns);
  if (lists.size() != columns) ThrowInternal("generator " + name + " has the wrong number of columns");
  bool outer = node.outer || (name.size() > 6 && name.substr(name.size() - 6) == "_outer");
  for (size_t i = 0; i < columns; ++i) {
    if (outer) {
      // No element at all still gives one row of nulls.
      ParsedPtr empty = CompareOf(duckdb::ExpressionType::COMPARE_EQUAL, CallOf("len", ListOf(lists[i]->Copy())),
                                  Constant(duckdb::Value::BIGINT(0)));
      ParsedPtr nothing = make_uniq<duckdb::ConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_OR,
                                                                   IsNull(lists[i]->Copy()), std::move(empty));
      duckdb::vector<duckdb::Value> one;
      auto type = DuckType(relation.output[first + i].type);
      one.push_back(duckdb::Value(type));
      lists[i] = IfThenElse(std::move(nothing), Constant(duckdb::Value::LIST(type, std::move(one))), std::move(lists[i]));
    }
    block.columns[relation.output[first + i].id] = Column{Unnest(std::move(lists[i])), 1, true};
  }
  return Seal(std::move(block), relation.output);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedTableFunction& node, const TypedRelation& relation) {
  // A generator in FROM is the generator over one row.
  auto one_row = analysis::MakeTypedRelation(analysis::TypedOneRow{}, {});
  analysis::TypedCall call;
  call.function = node.function;
  call.arguments = node.arguments;
  analysis::TypedGenerate generate;
  generate.input = one_row;
  generate.generator = analysis::MakeTyped(std::move(call), plan::DataType(), true);
  return LowerNode(generate, relation);
}

Lowering::Block Lowering::LowerNode(const analysis::TypedSample& node, const TypedRelation&) {
  Block block = LowerRelation(node.input);
  if (block.HasLimit()) block = Seal(std::move(block), node.input->output);
  // The same rows each time: the order they are drawn in must not depend on which thread is the faster.
  if (!small_ && !HasFixedOrder(*node.input)) {
    block = Seal(std::move(block), node.input->output);
    ParsedList row;
    for (const auto& attribute : node.input->output) row.push_back(block.columns.at(attribute.id).expression->Copy());
    if (!row.empty()) block.order.push_back(Ascending(CallOf("hash", std::move(row))));
  }
  block = small_ ? Seal(std::move(block), node.input->output) : WithSequence(*node.input, std::move(block));
  ParsedPtr random;
  if (auto row = block.columns.find(kSequence); row != block.columns.end() && !small_) {
    random = CallOf("spark_rand_row", ListOf(row->second.expression->Copy(), Constant(duckdb::Value::BIGINT(node.seed))));
    block.columns.erase(row);
  } else if (auto partition = block.columns.find(kPartition); partition != block.columns.end()) {
    random = CallOf("spark_rand_at", ListOf(partition->second.expression->Copy(), Constant(duckdb::Value::BIGINT(node.seed))));
  } else {
    random = CallOf("spark_rand", ListOf(Constant(duckdb::Value::BIGINT(node.seed))));
  }
  if (node.with_replacement) {
    // Each row as often as a Poisson distribution says, as Spark draws.
    analysis::Attribute times;
    times.id = -1000000 - next_lambda_++;
    times.name = "times";
    ParsedPtr count =
        CallOf("spark_poisson", ListOf(std::move(random), Constant(duckdb::Value::DOUBLE(node.upper - node.lower))));
    block.columns[times.id] = Column{Unnest(CallOf("range", ListOf(std::move(count)))), 1, true};
    std::vector<analysis::Attribute> output = node.input->output;
    output.push_back(times);
    return Seal(std::move(block), output);
  }
  block.where.emplace_back(make_uniq<duckdb::OperatorExpression>(
      duckdb::ExpressionType::OPERATOR_NOT,
      CallOf("spark_outside", ListOf(std::move(random), Constant(duckdb::Value::DOUBLE(node.lower)),
                                     Constant(duckdb::Value::DOUBLE(node.upper))))));
  return block;
}

}  // namespace headrace::engine
