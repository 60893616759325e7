#include "engine/precompiled.h"

#include "engine/asof_operator.h"

#include <duckdb/common/types/row/tuple_data_collection.hpp>
#include <duckdb/execution/column_binding_resolver.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/execution/physical_operator.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>
#include <duckdb/function/create_sort_key.hpp>
#include <duckdb/optimizer/optimizer_extension.hpp>
#include <duckdb/parallel/meta_pipeline.hpp>
#include <duckdb/parallel/pipeline.hpp>
#include <duckdb/planner/expression/bound_case_expression.hpp>
#include <duckdb/planner/expression/bound_constant_expression.hpp>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <duckdb/planner/operator/logical_comparison_join.hpp>
#include <duckdb/planner/operator/logical_extension_operator.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/storage/buffer_manager.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/asof_rows.h"

namespace headrace::engine {

namespace {

using duckdb::ClientContext;
using duckdb::DataChunk;
using duckdb::ExecutionContext;
using duckdb::idx_t;
using duckdb::LogicalType;

/// One side's part of the join: its keys and time over the child's rows, and the columns that come out.
struct Side {
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> keys;
  duckdb::unique_ptr<duckdb::Expression> time;
  std::vector<idx_t> columns;  ///< Of the child.
  duckdb::vector<LogicalType> types;
};

struct Join {
  Side left, right;
  bool inner = false;
  bool forward = false;  ///< The nearest right row at or after a left one.
  bool strict = false;
};

/// A thread's rows of one side.
struct SideRows {
  SideRows(ClientContext& context, const Side& side, const duckdb::shared_ptr<duckdb::TupleDataLayout>& layout)
      : executor(context), rows(context, layout, duckdb::MemoryTag::EXTENSION) {
    duckdb::vector<LogicalType> types;
    for (const auto& key : side.keys) {
      executor.AddExpression(*key);
      types.push_back(key->return_type);
    }
    executor.AddExpression(*side.time);
    types.push_back(side.time->return_type);
    evaluated.Initialize(context, types);
    chunk.InitializeEmpty(side.types);
    rows.InitializeAppend(append, duckdb::TupleDataPinProperties::KEEP_EVERYTHING_PINNED);
  }
  duckdb::ExpressionExecutor executor;
  DataChunk evaluated;
  DataChunk chunk;
  duckdb::TupleDataCollection rows;
  duckdb::TupleDataAppendState append;
};

/// Keys and times of a chunk as AsOfRows wants them.
template <typename Key>
class Keys {
 public:
  Keys(const Join& join, DataChunk& evaluated)
      : time_type_(evaluated.data.back().GetType().InternalType()), forward_(join.forward) {
    count_ = evaluated.size();
    formats_.resize(evaluated.ColumnCount());
    for (idx_t i = 0; i < evaluated.ColumnCount(); ++i) evaluated.data[i].ToUnifiedFormat(count_, formats_[i]);
    key_type_ = evaluated.data[0].GetType().InternalType();
    if constexpr (std::is_same_v<Key, std::string>) {
      DataChunk keys;
      duckdb::vector<LogicalType> types;
      for (idx_t i = 0; i + 1 < evaluated.ColumnCount(); ++i) types.push_back(evaluated.data[i].GetType());
      keys.InitializeEmpty(types);
      for (idx_t i = 0; i + 1 < evaluated.ColumnCount(); ++i) keys.data[i].Reference(evaluated.data[i]);
      keys.SetCardinality(count_);
      duckdb::vector<duckdb::OrderModifiers> modifiers(
          types.size(), duckdb::OrderModifiers(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_LAST));
      duckdb::CreateSortKeyHelpers::CreateSortKey(keys, modifiers, encoded_);
      encoded_.ToUnifiedFormat(count_, encoded_format_);
    }
  }

  bool IsValid(idx_t row) const {
    for (const auto& format : formats_) {
      if (!format.validity.RowIsValid(format.sel->get_index(row))) return false;
    }
    return true;
  }

  Key KeyOf(idx_t row) const {
    if constexpr (std::is_same_v<Key, std::string>) {
      const auto& text =
          duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(encoded_format_)[encoded_format_.sel->get_index(row)];
      return std::string(text.GetData(), text.GetSize());
    } else {
      return Integer(formats_[0], key_type_, row);
    }
  }

  /// Turned round for the other direction, so that later is always greater.
  int64_t TimeOf(idx_t row) const {
    int64_t time = Integer(formats_.back(), time_type_, row);
    return forward_ ? ~time : time;
  }

 private:
  static int64_t Integer(const duckdb::UnifiedVectorFormat& format, duckdb::PhysicalType type, idx_t row) {
    idx_t at = format.sel->get_index(row);
    switch (type) {
      case duckdb::PhysicalType::BOOL:
      case duckdb::PhysicalType::INT8:
        return duckdb::UnifiedVectorFormat::GetData<int8_t>(format)[at];
      case duckdb::PhysicalType::INT16:
        return duckdb::UnifiedVectorFormat::GetData<int16_t>(format)[at];
      case duckdb::PhysicalType::INT32:
        return duckdb::UnifiedVectorFormat::GetData<int32_t>(format)[at];
      default:
        return duckdb::UnifiedVectorFormat::GetData<int64_t>(format)[at];
    }
  }

  std::vector<duckdb::UnifiedVectorFormat> formats_;
  duckdb::PhysicalType key_type_ = duckdb::PhysicalType::INT64;
  const duckdb::PhysicalType time_type_;
  const bool forward_;
  idx_t count_ = 0;
  duckdb::Vector encoded_{LogicalType::BLOB};
  duckdb::UnifiedVectorFormat encoded_format_;
};

template <typename Key>
struct GlobalState : public duckdb::GlobalSinkState {
  explicit GlobalState(const Join& join) : rows(join.strict) {
    auto layout = [](const Side& side) {
      auto made = duckdb::make_shared_ptr<duckdb::TupleDataLayout>();
      made->Initialize(side.types, duckdb::TupleDataValidityType::CAN_HAVE_NULL_VALUES);
      return made;
    };
    left_layout = layout(join.left);
    right_layout = layout(join.right);
  }
  std::mutex mutex;  ///< Of `rows` while left rows come, and of the sides.
  std::atomic<bool> sealed{false};  ///< The left side is complete.
  AsOfRows<Key> rows;
  duckdb::shared_ptr<duckdb::TupleDataLayout> left_layout, right_layout;
  std::vector<std::unique_ptr<SideRows>> left, right;  ///< Hold the rows that `rows` points to.
};

template <typename Key>
struct LocalState : public duckdb::LocalSinkState {
  std::unique_ptr<SideRows> side;
  bool is_left = false;
  std::vector<typename AsOfRows<Key>::Entry> entries;
  std::vector<uint8_t*> unmatched;
  duckdb::SelectionVector chosen{STANDARD_VECTOR_SIZE};
  std::vector<uint64_t> hashes = std::vector<uint64_t>(STANDARD_VECTOR_SIZE);
  std::vector<typename AsOfRows<Key>::Range> ranges = std::vector<typename AsOfRows<Key>::Range>(STANDARD_VECTOR_SIZE);
  std::vector<Key> keys = std::vector<Key>(STANDARD_VECTOR_SIZE);
  std::vector<int64_t> times = std::vector<int64_t>(STANDARD_VECTOR_SIZE);
  std::vector<uint64_t> places = std::vector<uint64_t>(STANDARD_VECTOR_SIZE);
};

struct SourceState : public duckdb::GlobalSourceState {
  explicit SourceState(idx_t threads) : threads(threads) {}
  idx_t MaxThreads() override { return threads; }
  std::atomic<uint64_t> next{0};
  idx_t threads;
};

struct SourceLocal : public duckdb::LocalSourceState {
  duckdb::Vector left{LogicalType::POINTER};
  duckdb::Vector right{LogicalType::POINTER};
  duckdb::SelectionVector targets{STANDARD_VECTOR_SIZE};
  uint64_t next = 0;
  uint64_t end = 0;
};

template <typename Key>
class PhysicalAsOf : public duckdb::PhysicalOperator {
 public:
  PhysicalAsOf(duckdb::PhysicalPlan& plan, duckdb::vector<LogicalType> types, idx_t rows, std::shared_ptr<const Join> join)
      : PhysicalOperator(plan, duckdb::PhysicalOperatorType::EXTENSION, std::move(types), rows), join_(std::move(join)) {}

  std::string GetName() const override { return "SPARK_ASOF_JOIN"; }

  // ---- the sink: first all left rows, then all right rows ----
  bool IsSink() const override { return true; }
  bool ParallelSink() const override { return true; }
  duckdb::unique_ptr<duckdb::GlobalSinkState> GetGlobalSinkState(ClientContext&) const override {
    return duckdb::make_uniq<GlobalState<Key>>(*join_);
  }
  duckdb::unique_ptr<duckdb::LocalSinkState> GetLocalSinkState(ExecutionContext& context) const override {
    auto& global = sink_state->Cast<GlobalState<Key>>();
    auto local = duckdb::make_uniq<LocalState<Key>>();
    local->is_left = !global.sealed;
    local->side = std::make_unique<SideRows>(context.client, local->is_left ? join_->left : join_->right,
                                             local->is_left ? global.left_layout : global.right_layout);
    return local;
  }

  duckdb::SinkResultType Sink(ExecutionContext&, DataChunk& chunk, duckdb::OperatorSinkInput& input) const override {
    auto& global = input.global_state.Cast<GlobalState<Key>>();
    auto& local = input.local_state.Cast<LocalState<Key>>();
    SideRows& side = *local.side;
    const Side& shape = local.is_left ? join_->left : join_->right;
    side.evaluated.Reset();
    side.executor.Execute(chunk, side.evaluated);
    Keys<Key> keys(*join_, side.evaluated);
    for (idx_t i = 0; i < shape.columns.size(); ++i) side.chunk.data[i].Reference(chunk.data[shape.columns[i]]);
    side.chunk.SetCardinality(chunk.size());
    if (local.is_left) {
      SinkLeft(local, keys, chunk.size());
    } else {
      SinkRight(global.rows, local, keys, chunk.size());
    }
    return duckdb::SinkResultType::NEED_MORE_INPUT;
  }

  duckdb::SinkCombineResultType Combine(ExecutionContext&, duckdb::OperatorSinkCombineInput& input) const override {
    auto& global = input.global_state.Cast<GlobalState<Key>>();
    auto& local = input.local_state.Cast<LocalState<Key>>();
    std::lock_guard lock(global.mutex);
    if (local.is_left) {
      global.rows.Add(std::move(local.entries));
      global.rows.AddUnmatched(local.unmatched);
    }
    (local.is_left ? global.left : global.right).push_back(std::move(local.side));
    return duckdb::SinkCombineResultType::FINISHED;
  }

  duckdb::SinkFinalizeType Finalize(duckdb::Pipeline&, duckdb::Event&, ClientContext& context,
                                    duckdb::OperatorSinkFinalizeInput& input) const override {
    auto& global = input.global_state.Cast<GlobalState<Key>>();
    if (!global.sealed) {
      global.rows.Seal([&] {
        if (context.interrupted) throw duckdb::InterruptException();
      });
      global.sealed = true;
    } else {
      global.rows.Settle();
    }
    return duckdb::SinkFinalizeType::READY;
  }

  void BuildPipelines(duckdb::Pipeline& current, duckdb::MetaPipeline& meta) override {
    if (meta.HasRecursiveCTE()) throw duckdb::NotImplementedException("an as-of join in a recursive CTE");
    meta.GetState().SetPipelineSource(current, *this);
    auto& below = meta.CreateChildMetaPipeline(current, *this);
    auto left = below.GetBasePipeline();
    children[0].get().BuildPipelines(*left, below);
    // The right rows go into the same sink once the left ones are sealed.
    auto& right = below.CreatePipeline();
    children[1].get().BuildPipelines(right, below);
    below.AddFinishEvent(right);
  }

  // ---- the source: left rows with what they have found ----
  bool IsSource() const override { return true; }
  bool ParallelSource() const override { return true; }
  duckdb::vector<duckdb::const_reference<duckdb::PhysicalOperator>> GetSources() const override { return {*this}; }
  duckdb::unique_ptr<duckdb::GlobalSourceState> GetGlobalSourceState(ClientContext&) const override {
    return duckdb::make_uniq<SourceState>(1 + sink_state->Cast<GlobalState<Key>>().rows.size() / kMorsel);
  }
  duckdb::unique_ptr<duckdb::LocalSourceState> GetLocalSourceState(ExecutionContext&, duckdb::GlobalSourceState&) const override {
    return duckdb::make_uniq<SourceLocal>();
  }

 protected:
  duckdb::SourceResultType GetDataInternal(ExecutionContext&, DataChunk& chunk,
                                           duckdb::OperatorSourceInput& input) const override {
    auto& global = sink_state->Cast<GlobalState<Key>>();
    auto& source = input.global_state.Cast<SourceState>();
    auto& local = input.local_state.Cast<SourceLocal>();
    while (true) {
      if (local.next == local.end) {
        local.next = source.next.fetch_add(kMorsel);
        if (local.next >= global.rows.size()) {
          local.end = local.next;
          return duckdb::SourceResultType::FINISHED;
        }
        local.end = std::min<uint64_t>(local.next + kMorsel, global.rows.size());
      }
      if (Fill(global, local, chunk)) return duckdb::SourceResultType::HAVE_MORE_OUTPUT;
    }
  }

 private:
  static constexpr uint64_t kMorsel = 16 * STANDARD_VECTOR_SIZE;

  static void SinkLeft(LocalState<Key>& local, const Keys<Key>& keys, idx_t count) {
    SideRows& side = *local.side;
    side.rows.Append(side.append, side.chunk);
    auto rows = duckdb::FlatVector::GetData<uint8_t*>(side.append.chunk_state.row_locations);
    for (idx_t i = 0; i < count; ++i) {
      if (keys.IsValid(i)) {
        local.entries.push_back({keys.KeyOf(i), keys.TimeOf(i), rows[i]});
      } else {
        local.unmatched.push_back(rows[i]);
      }
    }
  }

  static void SinkRight(AsOfRows<Key>& rows, LocalState<Key>& local, const Keys<Key>& keys, idx_t count) {
    SideRows& side = *local.side;
    idx_t valid = 0;
    for (idx_t i = 0; i < count; ++i) {
      if (!keys.IsValid(i)) continue;
      local.chosen.set_index(valid, i);
      local.keys[valid] = keys.KeyOf(i);
      local.hashes[valid] = AsOfRows<Key>::Hash(local.keys[valid]);
      rows.Prefetch(local.hashes[valid++]);
    }
    // Each step starts loading what the next one reads, for a whole chunk: most of the time here is spent waiting for memory.
    idx_t known = 0;
    for (idx_t i = 0; i < valid; ++i) {
      auto range = rows.RangeOf(local.keys[i], local.hashes[i]);
      if (range.begin == AsOfRows<Key>::kEmpty) continue;
      rows.Prefetch(range);
      idx_t row = local.chosen.get_index(i);
      local.ranges[known] = range;
      local.times[known] = keys.TimeOf(row);
      local.chosen.set_index(known++, row);
    }
    rows.FindAll(local.ranges.data(), local.times.data(), known, local.places.data());
    idx_t found = 0;
    for (idx_t i = 0; i < known; ++i) {
      if (local.places[i] == AsOfRows<Key>::kNone) continue;
      rows.PrefetchLatest(local.places[i]);
      local.places[found] = local.places[i];
      local.times[found] = local.times[i];
      local.chosen.set_index(found++, local.chosen.get_index(i));
    }
    idx_t chosen = 0;
    for (idx_t i = 0; i < found; ++i) {
      if (!rows.IsLatest(local.places[i], local.times[i])) continue;
      local.places[chosen] = local.places[i];
      local.times[chosen] = local.times[i];
      local.chosen.set_index(chosen++, local.chosen.get_index(i));
    }
    if (chosen == 0) return;
    side.rows.Append(side.append, side.chunk, local.chosen, chosen);
    auto copies = duckdb::FlatVector::GetData<uint8_t*>(side.append.chunk_state.row_locations);
    for (idx_t i = 0; i < chosen; ++i) rows.Offer(local.places[i], local.times[i], copies[i]);
  }

  /// One chunk of the thread's morsel; false when none of its rows comes out.
  bool Fill(GlobalState<Key>& global, SourceLocal& local, DataChunk& chunk) const {
    auto left = duckdb::FlatVector::GetData<uint8_t*>(local.left);
    auto right = duckdb::FlatVector::GetData<uint8_t*>(local.right);
    idx_t count = 0;  // Rows that come out.
    idx_t matched = 0;  // Of them those with a right row, which stand in `right` without gaps.
    for (; local.next < local.end && count < STANDARD_VECTOR_SIZE; ++local.next) {
      uint8_t* found = global.rows.right(local.next);
      if (found == nullptr && join_->inner) continue;
      if (found != nullptr) {
        local.targets.set_index(matched, count);
        right[matched++] = found;
      }
      left[count++] = global.rows.left(local.next);
    }
    if (count == 0) return false;
    chunk.SetCardinality(count);
    const auto& in_order = *duckdb::FlatVector::IncrementalSelectionVector();
    idx_t lefts = join_->left.columns.size();
    for (idx_t i = 0; i < lefts; ++i) {
      global.left[0]->rows.Gather(local.left, in_order, count, i, chunk.data[i], in_order, nullptr);
    }
    for (idx_t i = 0; i < join_->right.columns.size(); ++i) {
      auto& column = chunk.data[lefts + i];
      if (matched < count) duckdb::FlatVector::Validity(column).SetAllInvalid(count);
      if (matched == 0) continue;
      for (idx_t row = 0; row < matched && matched < count; ++row) {
        duckdb::FlatVector::Validity(column).SetValid(local.targets.get_index(row));
      }
      global.right[0]->rows.Gather(local.right, in_order, matched, i, column, local.targets, nullptr);
    }
    return true;
  }

  std::shared_ptr<const Join> join_;
};

/// The logical operator: an as-of join of DuckDB's plan, with its bindings and types.
class AsOfOperator : public duckdb::LogicalExtensionOperator {
 public:
  explicit AsOfOperator(duckdb::unique_ptr<duckdb::LogicalComparisonJoin> join) : join_(std::move(join)) {
    children = std::move(join_->children);
    estimated_cardinality = join_->estimated_cardinality;
    has_estimated_cardinality = join_->has_estimated_cardinality;
  }

  duckdb::vector<duckdb::ColumnBinding> GetColumnBindings() override {
    auto left = MapBindings(children[0]->GetColumnBindings(), join_->left_projection_map);
    auto right = MapBindings(children[1]->GetColumnBindings(), join_->right_projection_map);
    left.insert(left.end(), right.begin(), right.end());
    return left;
  }

  void ResolveColumnBindings(duckdb::ColumnBindingResolver& resolver, duckdb::vector<duckdb::ColumnBinding>& bindings) override {
    resolver.VisitOperator(*children[0]);
    for (auto& condition : join_->conditions) resolver.VisitExpression(&condition.left);
    resolver.VisitOperator(*children[1]);
    for (auto& condition : join_->conditions) resolver.VisitExpression(&condition.right);
    bindings = GetColumnBindings();
  }

  duckdb::PhysicalOperator& CreatePlan(ClientContext&, duckdb::PhysicalPlanGenerator& planner) override {
    auto join = std::make_shared<Join>();
    join->inner = join_->join_type == duckdb::JoinType::INNER;
    for (auto& condition : join_->conditions) {
      using duckdb::ExpressionType;
      if (condition.comparison == ExpressionType::COMPARE_EQUAL) {
        join->left.keys.push_back(std::move(condition.left));
        join->right.keys.push_back(std::move(condition.right));
        continue;
      }
      auto type = condition.comparison;
      join->forward = type == ExpressionType::COMPARE_LESSTHAN || type == ExpressionType::COMPARE_LESSTHANOREQUALTO;
      join->strict = type == ExpressionType::COMPARE_LESSTHAN || type == ExpressionType::COMPARE_GREATERTHAN;
      join->left.time = std::move(condition.left);
      join->right.time = std::move(condition.right);
    }
    auto& left = planner.CreatePlan(*children[0]);
    auto& right = planner.CreatePlan(*children[1]);
    SetColumns(join->left, left.types, join_->left_projection_map);
    SetColumns(join->right, right.types, join_->right_projection_map);
    const LogicalType& key = join->left.keys[0]->return_type;
    // One key of at most 64 bits; else keys are compared in the encoding of sort keys.
    bool integer_key = join->left.keys.size() == 1 && key.id() != duckdb::LogicalTypeId::VARCHAR &&
                       key.id() != duckdb::LogicalTypeId::BLOB && duckdb::GetTypeIdSize(key.InternalType()) <= sizeof(int64_t);
    duckdb::reference<duckdb::PhysicalOperator> made =
        integer_key ? planner.Make<PhysicalAsOf<int64_t>>(types, estimated_cardinality, join)
                    : planner.Make<PhysicalAsOf<std::string>>(types, estimated_cardinality, join);
    made.get().children.push_back(left);
    made.get().children.push_back(right);
    return made.get();
  }

  std::string GetExtensionName() const override { return "headrace_asof_join"; }

 protected:
  void ResolveTypes() override {
    types = MapTypes(children[0]->types, join_->left_projection_map);
    auto right = MapTypes(children[1]->types, join_->right_projection_map);
    types.insert(types.end(), right.begin(), right.end());
  }

 private:
  static void SetColumns(Side& side, const duckdb::vector<LogicalType>& types, const duckdb::vector<idx_t>& map) {
    if (map.empty()) {
      for (idx_t i = 0; i < types.size(); ++i) side.columns.push_back(i);
    } else {
      side.columns.assign(map.begin(), map.end());
    }
    for (idx_t column : side.columns) side.types.push_back(types[column]);
  }

  duckdb::unique_ptr<duckdb::LogicalComparisonJoin> join_;
};

/// The most rows that a plan can give, as its scans tell; nothing where that cannot be said.
std::optional<idx_t> MostRows(ClientContext& context, duckdb::LogicalOperator& plan) {
  switch (plan.type) {
    case duckdb::LogicalOperatorType::LOGICAL_GET: {
      auto& get = plan.Cast<duckdb::LogicalGet>();
      if (get.function.cardinality == nullptr) return std::nullopt;
      auto rows = get.function.cardinality(context, get.bind_data.get());
      if (!rows || !rows->has_estimated_cardinality) return std::nullopt;
      return rows->estimated_cardinality;
    }
    case duckdb::LogicalOperatorType::LOGICAL_FILTER:
    case duckdb::LogicalOperatorType::LOGICAL_PROJECTION:
    case duckdb::LogicalOperatorType::LOGICAL_LIMIT:
    case duckdb::LogicalOperatorType::LOGICAL_ORDER_BY:
    case duckdb::LogicalOperatorType::LOGICAL_WINDOW:
    case duckdb::LogicalOperatorType::LOGICAL_DISTINCT:
    case duckdb::LogicalOperatorType::LOGICAL_ASOF_JOIN:
      return MostRows(context, *plan.children[0]);
    case duckdb::LogicalOperatorType::LOGICAL_EXTENSION_OPERATOR:
      if (dynamic_cast<AsOfOperator*>(&plan) != nullptr) return MostRows(context, *plan.children[0]);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

idx_t RowBytes(const duckdb::vector<LogicalType>& types) {
  idx_t bytes = 1 + types.size() / 8;
  for (const auto& type : types) {
    bytes += duckdb::GetTypeIdSize(type.InternalType());
    if (!duckdb::TypeIsConstantSize(type.InternalType())) bytes += 32;  // What stands in the heap.
  }
  return bytes;
}

bool IsTime(const LogicalType& type) {
  switch (type.id()) {
    case duckdb::LogicalTypeId::DATE:
    case duckdb::LogicalTypeId::TIMESTAMP:
    case duckdb::LogicalTypeId::TIMESTAMP_TZ:
    case duckdb::LogicalTypeId::TINYINT:
    case duckdb::LogicalTypeId::SMALLINT:
    case duckdb::LogicalTypeId::INTEGER:
    case duckdb::LogicalTypeId::BIGINT:
      return true;
    default:
      return false;
  }
}

/// Types whose values are equal exactly if their bytes, or those of their sort keys, are.
bool IsKey(const LogicalType& type) {
  return IsTime(type) || type.id() == duckdb::LogicalTypeId::BOOLEAN || type.id() == duckdb::LogicalTypeId::DECIMAL ||
         type.id() == duckdb::LogicalTypeId::VARCHAR || type.id() == duckdb::LogicalTypeId::BLOB;
}

bool CanTake(ClientContext& context, duckdb::LogicalComparisonJoin& join) {
  if (join.join_type != duckdb::JoinType::INNER && join.join_type != duckdb::JoinType::LEFT) return false;
  if (join.predicate || join.conditions.size() < 2) return false;
  idx_t times = 0;
  for (const auto& condition : join.conditions) {
    const LogicalType& type = condition.left->return_type;
    if (type != condition.right->return_type) return false;
    switch (condition.comparison) {
      case duckdb::ExpressionType::COMPARE_EQUAL:
        if (!IsKey(type)) return false;
        break;
      case duckdb::ExpressionType::COMPARE_GREATERTHAN:
      case duckdb::ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      case duckdb::ExpressionType::COMPARE_LESSTHAN:
      case duckdb::ExpressionType::COMPARE_LESSTHANOREQUALTO:
        if (!IsTime(type)) return false;
        ++times;
        break;
      default:
        return false;
    }
  }
  if (times != 1) return false;
  join.ResolveOperatorTypes();
  auto left = duckdb::LogicalOperator::MapTypes(join.children[0]->types, join.left_projection_map);
  auto right = duckdb::LogicalOperator::MapTypes(join.children[1]->types, join.right_projection_map);
  if (left.empty() || right.empty()) return false;
  auto left_rows = MostRows(context, *join.children[0]), right_rows = MostRows(context, *join.children[1]);
  if (!left_rows || !right_rows || *left_rows >= AsOfRows<int64_t>::kEmpty) return false;
  // Beside the rows themselves: an entry with its key, and its place with two pointers and a time.
  constexpr double kBytesAPlace = 96;
  double bytes = static_cast<double>(*left_rows) * (static_cast<double>(RowBytes(left)) + kBytesAPlace) +
                 static_cast<double>(*right_rows) * static_cast<double>(RowBytes(right));
  return bytes < 0.4 * static_cast<double>(duckdb::BufferManager::GetBufferManager(context).GetMaxMemory());
}

/// DuckDB's operator takes a NULL time for one after all others where the sides are sorted: such rows get a NULL key, which
/// matches nothing.
void DropNullTimes(duckdb::LogicalComparisonJoin& join) {
  duckdb::JoinCondition* key = nullptr;
  const duckdb::JoinCondition* time = nullptr;
  for (auto& condition : join.conditions) {
    if (condition.comparison == duckdb::ExpressionType::COMPARE_EQUAL) {
      key = &condition;
    } else {
      time = &condition;
    }
  }
  if (key == nullptr || time == nullptr) return;
  auto guard = [](duckdb::unique_ptr<duckdb::Expression>& key, const duckdb::Expression& time) {
    auto is_null =
        duckdb::make_uniq<duckdb::BoundOperatorExpression>(duckdb::ExpressionType::OPERATOR_IS_NULL, LogicalType::BOOLEAN);
    is_null->children.push_back(time.Copy());
    auto null = duckdb::make_uniq<duckdb::BoundConstantExpression>(duckdb::Value(key->return_type));
    key = duckdb::make_uniq<duckdb::BoundCaseExpression>(std::move(is_null), std::move(null), std::move(key));
  };
  guard(key->left, *time->left);
  guard(key->right, *time->right);
}

void Replace(ClientContext& context, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
  for (auto& child : plan->children) Replace(context, child);
  if (plan->type != duckdb::LogicalOperatorType::LOGICAL_ASOF_JOIN) return;
  auto& join = plan->Cast<duckdb::LogicalComparisonJoin>();
  if (!CanTake(context, join)) return DropNullTimes(join);
  plan = duckdb::make_uniq<AsOfOperator>(
      duckdb::unique_ptr_cast<duckdb::LogicalOperator, duckdb::LogicalComparisonJoin>(std::move(plan)));
}

}  // namespace

void RegisterAsOfOperator(duckdb::DatabaseInstance& database) {
  duckdb::OptimizerExtension extension;
  extension.optimize_function = [](duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
    Replace(input.context, plan);
  };
  duckdb::OptimizerExtension::Register(duckdb::DBConfig::GetConfig(database), extension);
}

}  // namespace headrace::engine
