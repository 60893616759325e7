#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/functions/casts.h"
#include "engine/lowering.h"

namespace headrace::engine {

using duckdb::make_uniq;
using plan::TypeId;

ParsedPtr Lowering::Node(const analysis::TypedExpression& expression, const analysis::TypedCast& node) {
  return Cast(LowerInner(node.child), node.child->type, expression.type, node.mode, expression.origin);
}

ParsedPtr Lowering::Cast(ParsedPtr child, const plan::DataType& from, const plan::DataType& to, plan::EvalMode mode,
                         const plan::Origin& origin) {
  if (from.SameType(to)) return child;
  if (from.id() == TypeId::kNull) {
    return make_uniq<duckdb::CastExpression>(DuckType(to), std::move(child));
  }
  if (from.IsNested() && to.IsNested()) return CastNested(std::move(child), from, to, mode, origin);
  if (from.IsNested() && to.IsString()) return Text(std::move(child), from, false, origin);
  auto cast = FindCast(from, to, mode);
  if (!cast) ThrowUnsupported("a cast from " + from.Sql() + " to " + to.Sql());
  if (cast->function.empty()) return make_uniq<duckdb::CastExpression>(DuckType(to), std::move(child));
  ParsedList arguments;
  arguments.push_back(std::move(child));
  for (auto& value : cast->extra) arguments.push_back(Constant(value));
  if (cast->time_zone) arguments.push_back(Constant(duckdb::Value(context_.time_zone)));
  if (cast->fallible) arguments.push_back(Constant(duckdb::Value::INTEGER(AddSite(origin))));
  return CallOf(cast->function, std::move(arguments));
}

ParsedPtr Lowering::CastNested(ParsedPtr child, const plan::DataType& from, const plan::DataType& to, plan::EvalMode mode,
                               const plan::Origin& origin) {
  auto each = [&](ParsedPtr list, const plan::DataType& from_type, const plan::DataType& to_type) {
    return ForEach(std::move(list), [&](ParsedPtr item) { return Cast(std::move(item), from_type, to_type, mode, origin); });
  };
  if (from.id() == TypeId::kArray && to.id() == TypeId::kArray) {
    return each(std::move(child), from.element(), to.element());
  }
  if (from.id() == TypeId::kMap && to.id() == TypeId::kMap) {
    ParsedPtr keys = each(CallOf("map_keys", ListOf(child->Copy())), from.key(), to.key());
    ParsedPtr values = each(CallOf("map_values", ListOf(child->Copy())), from.value(), to.value());
    return IfThenElse(IsNull(std::move(child)), Constant(duckdb::Value(DuckType(to))),
                      CallOf("map", ListOf(std::move(keys), std::move(values))));
  }
  if (from.id() == TypeId::kStruct && to.id() == TypeId::kStruct && from.fields().size() == to.fields().size()) {
    ParsedList fields;
    auto names = DuckFieldNames(to);
    for (size_t i = 0; i < to.fields().size(); ++i) {
      ParsedPtr field = CallOf("struct_extract_at", ListOf(child->Copy(), Constant(duckdb::Value::BIGINT(int64_t(i) + 1))));
      field = Cast(std::move(field), from.fields()[i].type, to.fields()[i].type, mode, origin);
      field->SetAlias(names[i]);
      fields.push_back(std::move(field));
    }
    return IfThenElse(IsNull(std::move(child)), Constant(duckdb::Value(DuckType(to))), CallOf("struct_pack", std::move(fields)));
  }
  ThrowUnsupported("a cast from " + from.Sql() + " to " + to.Sql());
}

ParsedPtr Lowering::ForEach(ParsedPtr list, const std::function<ParsedPtr(ParsedPtr)>& body) {
  std::string variable = "k" + std::to_string(next_lambda_++);
  auto lambda = make_uniq<duckdb::LambdaExpression>(duckdb::vector<std::string>{variable},
                                                    body(make_uniq<duckdb::ColumnRefExpression>(variable)));
  lambda->syntax_type = duckdb::LambdaSyntaxType::LAMBDA_KEYWORD;
  return CallOf("list_transform", ListOf(std::move(list), ParsedPtr(std::move(lambda))));
}

ParsedPtr Lowering::Text(ParsedPtr child, const plan::DataType& from, bool pretty, const plan::Origin& origin) {
  auto null_text = [&] { return Constant(duckdb::Value(pretty ? "NULL" : "null")); };
  auto text_of = [&](const plan::DataType& type) {
    return [this, &type, pretty, &origin](ParsedPtr item) { return Text(std::move(item), type, pretty, origin); };
  };
  switch (from.id()) {
    case TypeId::kArray:
      return CallOf("spark_array_text", ListOf(ForEach(std::move(child), text_of(from.element())), null_text()));
    case TypeId::kMap: {
      ParsedPtr keys = ForEach(CallOf("map_keys", ListOf(child->Copy())), text_of(from.key()));
      ParsedPtr values = ForEach(CallOf("map_values", ListOf(child->Copy())), text_of(from.value()));
      return IfThenElse(IsNull(std::move(child)), Constant(duckdb::Value(duckdb::LogicalType::VARCHAR)),
                        CallOf("spark_map_text", ListOf(std::move(keys), std::move(values), null_text())));
    }
    case TypeId::kStruct: {
      ParsedList fields;
      for (size_t i = 0; i < from.fields().size(); ++i) {
        fields.push_back(Text(CallOf("struct_extract_at", ListOf(child->Copy(), Constant(duckdb::Value::BIGINT(int64_t(i) + 1)))),
                              from.fields()[i].type, pretty, origin));
      }
      ParsedPtr texts = fields.empty() ? Constant(duckdb::Value::LIST(duckdb::LogicalType::VARCHAR, {}))
                                       : CallOf("list_value", std::move(fields));
      return IfThenElse(IsNull(std::move(child)), Constant(duckdb::Value(duckdb::LogicalType::VARCHAR)),
                        CallOf("spark_struct_text", ListOf(std::move(texts), null_text())));
    }
    case TypeId::kBinary:
      if (pretty) return CallOf("spark_show_binary", ListOf(std::move(child)));
      break;
    default:
      break;
  }
  return Cast(std::move(child), from, plan::DataType::String(), plan::EvalMode::kLegacy, origin);
}

}  // namespace headrace::engine
