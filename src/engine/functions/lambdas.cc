#include <numeric>

#include "duckdb/function/lambda_functions.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"
#include "duckdb/planner/expression/bound_lambda_expression.hpp"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::idx_t;
using duckdb::ListLambdaBindData;
using duckdb::LogicalType;
using duckdb::SelectionVector;
using duckdb::Vector;

/// Evaluates a lambda of two parameters over chosen rows. DuckDB lays a lambda's input out as its parameters from the last
/// to the first, then what it captures.
class BinaryLambda {
 public:
  /// The function's arguments from `first_capture` on are the lambda's captures.
  BinaryLambda(ExpressionState& state, const duckdb::Expression& body, DataChunk& args, idx_t first_capture,
               const LogicalType& first, const LogicalType& second)
      : args_(args), first_capture_(first_capture), executor_(state.GetContext(), body) {
    duckdb::vector<LogicalType> types{second, first};
    for (idx_t i = first_capture; i < args.ColumnCount(); i++) types.push_back(args.data[i].GetType());
    input_.InitializeEmpty(types);
    output_.Initialize(duckdb::Allocator::DefaultAllocator(), {body.return_type});
  }

  /// `rows` says for each of the count evaluations which row of the call it belongs to.
  Vector& Run(Vector& first, Vector& second, const SelectionVector& rows, idx_t count) {
    input_.SetCardinality(count);
    input_.data[0].Reference(second);
    input_.data[1].Reference(first);
    for (idx_t i = first_capture_; i < args_.ColumnCount(); i++) {
      Vector capture(args_.data[i], rows, count);
      input_.data[2 + i - first_capture_].Reference(capture);
    }
    output_.Reset();
    executor_.Execute(input_, output_);
    return output_.data[0];
  }

 private:
  DataChunk& args_;
  idx_t first_capture_;
  duckdb::ExpressionExecutor executor_;
  DataChunk input_;
  DataChunk output_;
};

const ListLambdaBindData& DataOf(ExpressionState& state) {
  return state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<ListLambdaBindData>();
}

/// aggregate(list, merge, initial): the lambda's type is the initial value's.
void Aggregate(DataChunk& args, ExpressionState& state, Vector& result) {
  const auto& bind = DataOf(state);
  idx_t rows = args.size();
  duckdb::UnifiedVectorFormat lists;
  args.data[0].ToUnifiedFormat(rows, lists);
  auto* entries = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists);
  auto& items = duckdb::ListVector::GetEntry(args.data[0]);
  Vector accumulated(bind.return_type, rows);
  duckdb::VectorOperations::Copy(args.data[1], accumulated, rows, 0, 0);
  BinaryLambda merge(state, *bind.lambda_expr, args, 2, bind.return_type, items.GetType());
  SelectionVector active(rows), item(rows);
  for (idx_t step = 0;; step++) {
    idx_t count = 0;
    for (idx_t row = 0; row < rows; row++) {
      auto index = lists.sel->get_index(row);
      if (!lists.validity.RowIsValid(index) || entries[index].length <= step) continue;
      active.set_index(count, row);
      item.set_index(count++, entries[index].offset + step);
    }
    if (count == 0) break;
    Vector first(accumulated, active, count), second(items, item, count);
    auto& merged = merge.Run(first, second, active, count);
    for (idx_t i = 0; i < count; i++) accumulated.SetValue(active.get_index(i), merged.GetValue(i));
  }
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  duckdb::VectorOperations::Copy(accumulated, result, rows, 0, 0);
  for (idx_t row = 0; row < rows; row++) {
    if (!lists.validity.RowIsValid(lists.sel->get_index(row))) duckdb::FlatVector::SetNull(result, row, true);
  }
  if (args.AllConstant() && !bind.lambda_expr->IsVolatile()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// Sorts indices by a comparator that need not be consistent, as Java's merge sort does: nothing is read out of bounds.
template <class Before>
void MergeSort(std::vector<idx_t>& items, std::vector<idx_t>& spare, size_t begin, size_t end, const Before& after) {
  if (end - begin < 2) return;
  size_t middle = begin + (end - begin) / 2;
  MergeSort(items, spare, begin, middle, after);
  MergeSort(items, spare, middle, end, after);
  size_t left = begin, right = middle;
  for (size_t at = begin; at < end; at++) {
    bool take_right = left == middle || (right < end && after(items[left], items[right]));
    spare[at] = take_right ? items[right++] : items[left++];
  }
  std::copy(spare.begin() + static_cast<long>(begin), spare.begin() + static_cast<long>(end),
            items.begin() + static_cast<long>(begin));
}

/// array_sort(list, comparator, site).
void SortBy(DataChunk& args, ExpressionState& state, Vector& result) {
  const auto& bind = DataOf(state);
  idx_t rows = args.size();
  auto& items = duckdb::ListVector::GetEntry(args.data[0]);
  BinaryLambda compare(state, *bind.lambda_expr, args, 2, items.GetType(), items.GetType());
  int site = args.data[1].GetValue(0).GetValue<int32_t>();
  SelectionVector row_of(1), one(1), other(1);
  for (idx_t row = 0; row < rows; row++) {
    auto list = args.data[0].GetValue(row);
    if (list.IsNull()) {
      result.SetValue(row, duckdb::Value(result.GetType()));
      continue;
    }
    duckdb::UnifiedVectorFormat lists;
    args.data[0].ToUnifiedFormat(rows, lists);
    auto entry = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists)[lists.sel->get_index(row)];
    std::vector<idx_t> order(entry.length), spare(entry.length);
    std::iota(order.begin(), order.end(), 0);
    row_of.set_index(0, row);
    MergeSort(order, spare, 0, order.size(), [&](idx_t a, idx_t b) {
      one.set_index(0, entry.offset + a);
      other.set_index(0, entry.offset + b);
      Vector first(items, one, 1), second(items, other, 1);
      auto answer = compare.Run(first, second, row_of, 1).GetValue(0);
      if (answer.IsNull()) {
        ThrowSpark(site, "COMPARATOR_RETURNS_NULL",
                   {{"firstValue", items.GetValue(entry.offset + a).ToString()},
                    {"secondValue", items.GetValue(entry.offset + b).ToString()}},
                   "The comparator has returned a NULL for a comparison between " + items.GetValue(entry.offset + a).ToString() +
                       " and " + items.GetValue(entry.offset + b).ToString() +
                       ". It should return a positive integer for \"greater than\", 0 for \"equal\" and a negative integer for "
                       "\"less than\".",
                   ErrorKind::kRuntime);
      }
      return answer.GetValue<int64_t>() > 0;
    });
    const auto& values = duckdb::ListValue::GetChildren(list);
    duckdb::vector<duckdb::Value> sorted;
    for (idx_t index : order) sorted.push_back(values[index]);
    result.SetValue(row, duckdb::Value::LIST(duckdb::ListType::GetChildType(result.GetType()), std::move(sorted)));
  }
  if (args.AllConstant() && !bind.lambda_expr->IsVolatile()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

duckdb::unique_ptr<duckdb::FunctionData> BindBody(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments,
                                                  LogicalType body, LogicalType result) {
  auto& lambda = arguments[1]->Cast<duckdb::BoundLambdaExpression>();
  if (lambda.parameter_count != 2) throw duckdb::InternalException(function.name + " needs a lambda of two parameters");
  auto expression = duckdb::BoundCastExpression::AddCastToType(context, std::move(lambda.lambda_expr), body);
  function.SetReturnType(result);
  return duckdb::make_uniq<ListLambdaBindData>(result, std::move(expression));
}

duckdb::unique_ptr<duckdb::FunctionData> BindAggregate(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                       duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  auto type = arguments[2]->return_type;
  return BindBody(context, function, arguments, type, type);
}

duckdb::unique_ptr<duckdb::FunctionData> BindSort(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  return BindBody(context, function, arguments, LogicalType::BIGINT, arguments[0]->return_type);
}

LogicalType ItemType(const duckdb::vector<LogicalType>& children) {
  return duckdb::LambdaFunctions::DetermineListChildType(children[0]);
}

LogicalType AggregateParameter(duckdb::ClientContext&, const duckdb::vector<LogicalType>& children, idx_t parameter) {
  return parameter == 0 ? children[2] : ItemType(children);
}
LogicalType SortParameter(duckdb::ClientContext&, const duckdb::vector<LogicalType>& children, idx_t) {
  return ItemType(children);
}

}  // namespace

void RegisterLambdas(KernelRegistry& registry) {
  auto add = [&](const char* name, LogicalType third, duckdb::scalar_function_t run, duckdb::bind_scalar_function_t bind,
                 duckdb::bind_lambda_function_t parameter) {
    duckdb::ScalarFunction function(name, {LogicalType::LIST(LogicalType::ANY), LogicalType::LAMBDA, third}, LogicalType::ANY,
                                    run, bind);
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    function.SetBindLambdaCallback(parameter);
    function.SetFallible();
    registry.AddScalar(std::move(function));
  };
  add("spark_aggregate", LogicalType::ANY, Aggregate, BindAggregate, AggregateParameter);
  add("spark_sort_by", LogicalType::INTEGER, SortBy, BindSort, SortParameter);
}

}  // namespace headrace::engine
