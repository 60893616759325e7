#include "engine/functions/kernel.h"

#include "duckdb/catalog/catalog_transaction.hpp"
#include "duckdb/common/serializer/deserializer.hpp"
#include "duckdb/common/serializer/serializer.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "duckdb/parser/parsed_data/create_aggregate_function_info.hpp"
#include "duckdb/parser/parsed_data/create_scalar_function_info.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "engine/functions/kernel_serialize.h"
#include "engine/text_value.h"

namespace headrace::engine {

void WriteKernelData(duckdb::Serializer& serializer, const KernelData& data) {
  serializer.WriteProperty(100, "site", data.site);
  serializer.WriteProperty(101, "time_zone", data.time_zone);
  serializer.WriteProperty(102, "extra", duckdb::vector<duckdb::Value>(data.extra.begin(), data.extra.end()));
  serializer.WriteProperty(103, "result", data.result);
  serializer.WriteProperty(104, "arguments", duckdb::vector<duckdb::LogicalType>(data.arguments.begin(), data.arguments.end()));
}

void ReadKernelData(duckdb::Deserializer& deserializer, KernelData& data) {
  data.site = deserializer.ReadProperty<int>(100, "site");
  data.time_zone = deserializer.ReadProperty<std::string>(101, "time_zone");
  data.extra = deserializer.ReadProperty<duckdb::vector<duckdb::Value>>(102, "extra");
  data.result = deserializer.ReadProperty<duckdb::LogicalType>(103, "result");
  data.arguments = deserializer.ReadProperty<duckdb::vector<duckdb::LogicalType>>(104, "arguments");
}

namespace {

struct KernelInfo : duckdb::ScalarFunctionInfo {
  explicit KernelInfo(KernelTraits t) : traits(t) {}
  KernelTraits traits;
};

duckdb::Value TakeConstant(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                           duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto& last = *arguments.back();
  if (!last.IsFoldable()) throw duckdb::InternalException("kernel " + function.name + ": constant expected");
  auto value = duckdb::ExpressionExecutor::EvaluateScalar(context, last);
  // EraseArgument needs the declared arguments to match; varargs functions declare fewer.
  if (function.arguments.size() < arguments.size())
    arguments.pop_back();
  else
    duckdb::Function::EraseArgument(function, arguments, arguments.size() - 1);
  return value;
}

void WidenDecimals(duckdb::ClientContext& context, duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  bool wide = false;
  for (auto& argument : arguments) {
    wide = wide || argument->return_type.InternalType() == duckdb::PhysicalType::INT128;
  }
  for (auto& argument : arguments) {
    if (argument->return_type.id() != duckdb::LogicalTypeId::DECIMAL) continue;
    auto scale = duckdb::DecimalType::GetScale(argument->return_type);
    auto target = duckdb::LogicalType::DECIMAL(wide ? 38 : 18, scale);
    // 18 digits with the same scale: a widening of the storage that cannot fail.
    if (argument->return_type.InternalType() == target.InternalType()) continue;
    argument = duckdb::BoundCastExpression::AddCastToType(context, std::move(argument), target);
  }
}

duckdb::unique_ptr<duckdb::FunctionData> Bind(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                              duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  const auto& traits = function.GetExtraFunctionInfo().Cast<KernelInfo>().traits;
  // By these a copy of the plan finds the function again.
  if (function.original_arguments.empty()) function.original_arguments = function.arguments;
  auto data = duckdb::make_uniq<KernelData>();
  if (traits.fallible) data->site = TakeConstant(context, function, arguments).GetValue<int32_t>();
  if (traits.time_zone) data->time_zone = TakeConstant(context, function, arguments).ToString();
  for (int i = 0; i < traits.extra; i++) {
    data->extra.insert(data->extra.begin(), TakeConstant(context, function, arguments));
  }
  if (traits.result_as_first)
    function.return_type = arguments[0]->return_type;
  else if (function.return_type.id() == duckdb::LogicalTypeId::ANY)
    function.return_type = data->extra.back().type();
  data->result = function.return_type;
  if (traits.widen_decimals) WidenDecimals(context, arguments);
  for (size_t i = 0; i < arguments.size(); i++) {
    const auto& given = arguments[i]->return_type;
    // What is stored alike is read as it is; DuckDB casts the rest (an INT where the kernel reads 64 bits).
    bool cast = i < function.arguments.size() && function.arguments[i].id() != duckdb::LogicalTypeId::ANY &&
                function.arguments[i].InternalType() != given.InternalType();
    if (i < function.arguments.size() && !cast) function.arguments[i] = given;
    data->arguments.push_back(cast ? function.arguments[i] : given);
  }
  return data;
}

void Serialize(duckdb::Serializer& serializer, const duckdb::optional_ptr<duckdb::FunctionData> data,
               const duckdb::ScalarFunction&) {
  WriteKernelData(serializer, data->Cast<KernelData>());
}

duckdb::unique_ptr<duckdb::FunctionData> Deserialize(duckdb::Deserializer& deserializer, duckdb::ScalarFunction& function) {
  auto data = duckdb::make_uniq<KernelData>();
  ReadKernelData(deserializer, *data);
  function.return_type = data->result;
  function.arguments.assign(data->arguments.begin(), data->arguments.end());
  return data;
}

}  // namespace

KernelRegistry::KernelRegistry(duckdb::DatabaseInstance& database) : database_(database) {}
KernelRegistry::~KernelRegistry() = default;

void KernelRegistry::Put(const std::string& name, std::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result,
                         duckdb::scalar_function_t function, KernelTraits traits, bool varargs) {
  duckdb::vector<duckdb::LogicalType> types(arguments.begin(), arguments.end());
  if (!varargs) {
    for (int i = 0; i < traits.extra; i++) types.push_back(duckdb::LogicalType::ANY);
    if (traits.time_zone) types.push_back(duckdb::LogicalType::VARCHAR);
    if (traits.fallible) types.push_back(duckdb::LogicalType::INTEGER);
  }
  duckdb::ScalarFunction made(name, types, result, std::move(function), Bind);
  if (varargs) made.varargs = duckdb::LogicalType::ANY;
  made.SetExtraFunctionInfo<KernelInfo>(traits);
  made.null_handling = duckdb::FunctionNullHandling::SPECIAL_HANDLING;
  made.stability = traits.is_volatile ? duckdb::FunctionStability::VOLATILE : duckdb::FunctionStability::CONSISTENT;
  if (traits.local_state != nullptr) made.SetInitStateCallback(traits.local_state);
  if (traits.fallible) made.SetFallible();
  made.SetSerializeCallback(Serialize);
  made.SetDeserializeCallback(Deserialize);
  auto [entry, is_new] = scalars_.try_emplace(name, duckdb::ScalarFunctionSet(name));
  entry->second.AddFunction(std::move(made));
}

namespace {

/// A row's value. DuckDB makes no string of bytes that are not UTF-8, which Spark's strings may be.
duckdb::Value ValueAt(duckdb::Vector& vector, duckdb::idx_t row, duckdb::idx_t rows) {
  try {
    return vector.GetValue(row);
  } catch (const duckdb::InvalidInputException&) {
    if (vector.GetType().id() != duckdb::LogicalTypeId::VARCHAR) throw;
    duckdb::UnifiedVectorFormat format;
    vector.ToUnifiedFormat(rows, format);
    return TextValue(duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[format.sel->get_index(row)].GetString());
  }
}

}  // namespace

void KernelRegistry::AddBoxed(const std::string& name, int arity, BoxedFunction function, KernelTraits traits,
                              duckdb::LogicalType result) {
  auto run = [function, traits](duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& out) {
    const auto& data = kernel_internal::DataOf(state);
    Call call{data};
    std::vector<duckdb::Value> values(args.ColumnCount());
    bool constant = args.ColumnCount() > 0 && args.AllConstant() && !traits.is_volatile;
    duckdb::idx_t rows = constant ? 1 : args.size();
    for (duckdb::idx_t row = 0; row < rows; row++) {
      bool missing = false;
      for (size_t i = 0; i < values.size(); i++) {
        values[i] = ValueAt(args.data[i], row, rows);
        missing = missing || values[i].IsNull();
      }
      if (missing && !traits.sees_nulls)
        out.SetValue(row, duckdb::Value(data.result));
      else
        out.SetValue(row, function(call, values));
    }
    if (constant) out.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  };
  std::vector<duckdb::LogicalType> types;
  if (arity > 0) types.assign(arity, duckdb::LogicalType::ANY);
  Put(name, types, result, run, traits, arity < 0);
}

void KernelRegistry::AddVector(const std::string& name, std::vector<duckdb::LogicalType> arguments, duckdb::LogicalType result,
                               VectorFunction function, KernelTraits traits, bool varargs) {
  auto run = [function](duckdb::DataChunk& args, duckdb::ExpressionState& state, duckdb::Vector& out) {
    function(Call{kernel_internal::DataOf(state)}, args, out);
  };
  Put(name, std::move(arguments), std::move(result), run, traits, varargs);
}

void KernelRegistry::AddScalar(duckdb::ScalarFunction function) {
  auto [entry, is_new] = scalars_.try_emplace(function.name, duckdb::ScalarFunctionSet(function.name));
  entry->second.AddFunction(std::move(function));
}

void KernelRegistry::AddAggregate(duckdb::AggregateFunctionSet set) { aggregates_.push_back(std::move(set)); }

void KernelRegistry::Finish() {
  auto& catalog = duckdb::Catalog::GetSystemCatalog(database_);
  auto transaction = duckdb::CatalogTransaction::GetSystemTransaction(database_);
  for (auto& [name, set] : scalars_) {
    duckdb::CreateScalarFunctionInfo info(std::move(set));
    info.internal = true;
    catalog.CreateFunction(transaction, info);
  }
  for (auto& set : aggregates_) {
    duckdb::CreateAggregateFunctionInfo info(std::move(set));
    info.internal = true;
    catalog.CreateFunction(transaction, info);
  }
  scalars_.clear();
  aggregates_.clear();
}

}  // namespace headrace::engine
