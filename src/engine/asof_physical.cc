#include "engine/precompiled.h"

#include "engine/asof_physical.h"

#include <duckdb/common/types/row/tuple_data_collection.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/function/create_sort_key.hpp>
#include <duckdb/parallel/meta_pipeline.hpp>
#include <duckdb/parallel/pipeline.hpp>

#include <atomic>
#include <mutex>
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

/// A thread's rows of one side.
struct SideRows {
  SideRows(ClientContext& context, const AsOfSide& side, const duckdb::shared_ptr<duckdb::TupleDataLayout>& layout)
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
  Keys(const AsOfShape& join, DataChunk& evaluated)
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
  explicit GlobalState(const AsOfShape& join) : rows(join.strict) {
    auto layout = [](const AsOfSide& side) {
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
  PhysicalAsOf(duckdb::PhysicalPlan& plan, duckdb::vector<LogicalType> types, idx_t rows, std::shared_ptr<const AsOfShape> join)
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
    const AsOfSide& shape = local.is_left ? join_->left : join_->right;
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

  std::shared_ptr<const AsOfShape> join_;
};

}  // namespace

duckdb::PhysicalOperator& MakePhysicalAsOf(duckdb::PhysicalPlanGenerator& planner, duckdb::vector<LogicalType> types, idx_t rows,
                                           std::shared_ptr<const AsOfShape> shape, bool integer_key) {
  if (integer_key) return planner.Make<PhysicalAsOf<int64_t>>(std::move(types), rows, std::move(shape));
  return planner.Make<PhysicalAsOf<std::string>>(std::move(types), rows, std::move(shape));
}

}  // namespace headrace::engine
