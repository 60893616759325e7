#include "engine/precompiled.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "delta/clustering.h"
#include "delta/maintenance.h"
#include "delta/table_features.h"
#include "engine/commands_delta.h"
#include "engine/delta_write.h"
#include "engine/dml.h"
#include "engine/make_table.h"
#include "engine/sink.h"
#include "engine/typed_build.h"
#include "engine/write_files.h"

namespace headrace::engine {

using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

namespace {

using Data = plan::Value::Data;

constexpr int64_t kDefaultFileSize = int64_t{1} << 30;

int64_t SizeSetting(CommandContext& context, const char* key) {
  auto text = context.session->conf().Find(key);
  if (!text) return kDefaultFileSize;
  try {
    return std::stoll(*text);
  } catch (const std::exception&) {
    throw Error(ErrorKind::kIllegalArgument, "INVALID_CONF_VALUE.TYPE_MISMATCH",
                "The value of " + std::string(key) + " is no number.", {{"confName", key}, {"confValue", *text}})
        .WithSqlState("22022");
  }
}

/// Smallest, largest and mean size of files.
struct Sizes {
  int64_t count = 0, total = 0, min = 0, max = 0;
  void Note(int64_t size) {
    min = count == 0 ? size : std::min(min, size);
    max = std::max(max, size);
    total += size;
    ++count;
  }
  double mean() const { return count == 0 ? 0 : static_cast<double>(total) / static_cast<double>(count); }
  plan::Value Row() const {
    if (count == 0)
      return plan::Value(Data(std::vector<plan::Value>{{}, {}, plan::Value(Data(0.0)), LongValue(0), LongValue(0)}));
    return plan::Value(Data(
        std::vector<plan::Value>{LongValue(min), LongValue(max), plan::Value(Data(mean())), LongValue(count), LongValue(total)}));
  }
};

plan::Value CountAndSize(int64_t count, int64_t size) {
  return plan::Value(Data(std::vector<plan::Value>{LongValue(count), LongValue(size)}));
}

/// Nearest-rank percentile, as the history shows file sizes.
int64_t Percentile(std::vector<int64_t> sizes, size_t quarter) {
  if (sizes.empty()) return 0;
  std::sort(sizes.begin(), sizes.end());
  return sizes[std::min(sizes.size() - 1, quarter * sizes.size() / 4)];
}

class OptimizeRun {
 public:
  OptimizeRun(CommandContext& context, const plan::DeltaCommand& command)
      : context_(context),
        command_(command),
        analysis_(context.engine, context.session, context.options),
        target_(FindDeltaTarget(context, analysis_, command.target, "OPTIMIZE")),
        started_ms_(context.engine.clock()->NowMillis()) {}

  CommandAnswer Run() {
    ResolveColumns();
    delta::Predicate predicate = ResolvePredicate();
    delta::OptimizeOptions options;
    options.cluster = !columns_.empty();
    options.min_file_size = SizeSetting(context_, "spark.databricks.delta.optimize.minFileSize");
    options.max_file_size = SizeSetting(context_, "spark.databricks.delta.optimize.maxFileSize");
    max_file_size_ = options.max_file_size;
    const delta::Snapshot& snapshot = *target_.snapshot;
    considered_ = static_cast<int64_t>(snapshot.Prune(predicate).size());
    std::vector<delta::OptimizeBin> bins = delta::PlanOptimize(snapshot, predicate, options);
    if (clusters()) ChooseClustered(bins);
    delta::Transaction txn = target_.table->Begin(target_.snapshot);
    txn.SetKeepEmpty(false);
    std::vector<delta::AddFile> written;
    try {
      for (const auto& bin : bins) {
        for (auto& add : Rewrite(bin, txn.metadata())) {
          if (clusters()) {
            add.tags = {{delta::kCubeTag, cube_}, {delta::kCubeColumnsTag, JsonList(cluster_names_)}};
            add.clustering_provider = delta::kClusteringProvider;
          }
          added_.Note(add.size);
          added_sizes_.push_back(add.size);
          written.push_back(add);
          txn.Add(std::move(add));
        }
        for (const auto& file : bin.files) Remove(*file, txn);
        partitions_.insert(bin.partition_values);
        bin_count_++;
      }
      if (!bins.empty()) txn.Commit(Operation());
    } catch (...) {
      RemoveWritten(snapshot.location(), written);
      throw;
    }
    return Answer();
  }

 private:
  bool clusters() const { return !cluster_names_.empty(); }

  /// Leaves the files that lie well; counts what there is of each kind for the answer.
  void ChooseClustered(std::vector<delta::OptimizeBin>& bins) {
    const std::string columns = JsonList(cluster_names_);
    for (auto& bin : bins) {
      for (const auto& file : bin.files) {
        auto id = file->tags ? file->tags->find(delta::kCubeTag) : std::map<std::string, std::string>::const_iterator();
        bool of_cube = file->tags && id != file->tags->end();
        if (of_cube) cubes_.insert(id->second);
        (of_cube ? cube_files_ : other_files_).Note(file->size);
      }
      bin.files = delta::FilesToCluster(bin.files, columns);
    }
    std::erase_if(bins, [](const delta::OptimizeBin& bin) { return bin.files.empty(); });
  }

  void ResolveColumns() {
    if (delta::HasFeature(target_.snapshot->protocol(), "clustering")) {
      ResolveClustering();
      return;
    }
    const auto& partitions = target_.snapshot->metadata().partition_columns;
    for (const auto& name : command_.zorder) {
      std::string text;
      for (const auto& part : name) text += (text.empty() ? "" : ".") + part;
      const delta::Field* field = target_.snapshot->schema().Find(name);
      if (field == nullptr) {
        throw Error(ErrorKind::kIllegalArgument, "DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST",
                    "Z-Ordering column " + text + " does not exist in data schema.", {{"columnName", text}})
            .WithSqlState("42703");
      }
      for (const auto& partition : partitions) {
        if (name.size() == 1 && duckdb::StringUtil::CIEquals(partition, name[0])) {
          throw Error(ErrorKind::kIllegalArgument, "DELTA_ZORDERING_ON_PARTITION_COLUMN",
                      text + " is a partition column. Z-Ordering can only be performed on data columns", {{"colName", text}})
              .WithSqlState("42P10");
        }
      }
      columns_.push_back(plan::Attribute(name));
      column_names_.push_back(text);
    }
  }

  void ResolveClustering() {
    if (!command_.zorder.empty()) {
      std::string names = Joined(PathTexts(command_.zorder));
      throw Error(
          ErrorKind::kAnalysis, "DELTA_CLUSTERING_WITH_ZORDER_BY",
          "OPTIMIZE command for Delta table with clustering cannot specify ZORDER BY. Please remove ZORDER BY (" + names + ").",
          {{"zOrderBy", names}})
          .WithSqlState("42613");
    }
    auto columns = *delta::ClusteringColumns(*target_.snapshot);
    cluster_names_ = PathTexts(columns);
    for (auto& column : columns) columns_.push_back(plan::Attribute(std::move(column)));
  }

  delta::Predicate ResolvePredicate() {
    if (!command_.predicate) return delta::Predicate::True();
    TypedPtr condition = analysis_.analyzer().AnalyzeExpression(command_.predicate, target_.scan->output);
    CheckBoolean(condition, command_.predicate);
    const auto& partitions = target_.snapshot->metadata().partition_columns;
    VisitExpression(condition, [&](const analysis::TypedExpression& expression) {
      const auto* column = std::get_if<analysis::TypedColumn>(&expression.node);
      if (column == nullptr) return;
      for (const auto& attribute : target_.scan->output) {
        if (attribute.id != column->id) continue;
        bool is_partition = std::any_of(partitions.begin(), partitions.end(), [&](const std::string& name) {
          return duckdb::StringUtil::CIEquals(name, attribute.name);
        });
        if (is_partition) continue;
        std::string text = ConditionText(command_.predicate);
        throw Error(ErrorKind::kAnalysis, "DELTA_NON_PARTITION_COLUMN_REFERENCE",
                    "Predicate references non-partition column '" + attribute.name +
                        "'. Only the partition columns may be referenced: [" + Joined(partitions) + "]",
                    {{"columnName", attribute.name}, {"columnList", Joined(partitions)}})
            .WithSqlState("42P10");
      }
    });
    return FilePredicate(condition, target_.scan->output);
  }

  static std::string Joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  }

  std::vector<delta::AddFile> Rewrite(const delta::OptimizeBin& bin, const delta::Metadata& metadata) {
    TypedRelationPtr scan = RowScan(analysis_.analyzer(), target_, bin.files);
    Projection projection(analysis_.analyzer(), scan);
    for (const auto& column : target_.scan->output) {
      if (!column.hidden) projection.Keep(column);
    }
    TypedRelationPtr rows = projection.Done();
    SinkTarget sink;
    sink.location = target_.snapshot->location();
    sink.metadata = metadata;
    sink.data_change = false;
    SetFileOptions(*context_.session, {}, sink);
    sink.files.target_bytes = max_file_size_;
    if (columns_.empty()) {
      sink.files.kind = SinkFiles::Kind::kAtMost;
      sink.files.count = 1;
    } else {
      rows = InCurveOrder(rows);
      sink.ordered = true;
    }
    return RunSink(context_.engine, context_.session, rows, sink, context_.options).adds;
  }

  /// Rows sorted along a Z-order curve: each column's values become numbers by rank, whose bits are interleaved.
  TypedRelationPtr InCurveOrder(const TypedRelationPtr& rows) {
    analysis::Analyzer& analyzer = analysis_.analyzer();
    constexpr int kBits = 10;
    int bits = std::min<int>(kBits, 62 / static_cast<int>(columns_.size()));
    if (bits < 1) ThrowUnsupported("ZORDER BY with more than 62 columns");
    analysis::TypedWindow window{rows, {}};
    std::vector<Attribute> output = rows->output;
    std::string curve;
    for (size_t i = 0; i < columns_.size(); ++i) {
      analysis::TypedAggregateCall rank;
      rank.function = functions::FunctionTable::Builtin().Find("percent_rank");
      rank.lowering = "percent_rank";
      analysis::TypedWindowCall call;
      call.function = analysis::MakeTyped(std::move(rank), plan::TypeId::kDouble, false);
      call.order_by.push_back({analyzer.AnalyzeExpression(columns_[i], rows->output), true, true});
      call.lower.kind = plan::WindowFrame::BoundKind::kUnboundedPreceding;
      call.upper.kind = plan::WindowFrame::BoundKind::kCurrentRow;
      window.calls.push_back(analysis::MakeTyped(std::move(call), plan::TypeId::kDouble, false));
      std::string name = "__rank" + std::to_string(i);
      output.push_back({analyzer.NewId(), name, plan::TypeId::kDouble, false, {}, {}, false});
      std::string number = "cast(floor(" + name + " * " + std::to_string((1 << bits) - 1) + ") as bigint)";
      for (int bit = 0; bit < bits; ++bit) {
        int position = bit * static_cast<int>(columns_.size()) + static_cast<int>(i);
        curve += (curve.empty() ? "" : " + ") + std::string("shiftleft(shiftright(") + number + ", " + std::to_string(bit) +
                 ") & 1L, " + std::to_string(position) + ")";
      }
    }
    TypedRelationPtr ranked = MakeTypedRelation(std::move(window), output);
    Projection projection(analyzer, ranked);
    for (const auto& column : rows->output) projection.Keep(column);
    projection.Add("__curve", analyzer.AnalyzeExpression(plan::Make(plan::ExpressionString{curve}), output));
    TypedRelationPtr placed = projection.Done();
    analysis::TypedSort sort{placed, {{Reference(placed->output.back()), true, true}}, true};
    TypedRelationPtr sorted = MakeTypedRelation(std::move(sort), placed->output);
    Projection last(analyzer, sorted);
    for (const auto& column : rows->output) last.Keep(column);
    return last.Done();
  }

  void Remove(const delta::AddFile& file, delta::Transaction& txn) {
    removed_.Note(file.size);
    if (file.deletion_vector) {
      ++vectors_;
      vector_rows_ += file.deletion_vector->cardinality;
    }
    txn.NoteFileRead(file);
    txn.Remove(file, false);
  }

  delta::Operation Operation() const {
    delta::Operation operation;
    operation.name = "OPTIMIZE";
    operation.parameters["clusterBy"] = JsonList(cluster_names_);
    operation.parameters["predicate"] = PredicateList(command_.predicate);
    operation.parameters["auto"] = false;
    if (clusters()) operation.parameters["isFull"] = false;
    operation.parameters["zOrderBy"] = JsonList(column_names_);
    auto text = [](int64_t value) { return std::to_string(value); };
    operation.metrics = {{"numAddedFiles", text(added_.count)},
                         {"numAddedBytes", text(added_.total)},
                         {"numRemovedFiles", text(removed_.count)},
                         {"numRemovedBytes", text(removed_.total)},
                         {"numDeletionVectorsRemoved", text(vectors_)},
                         {"minFileSize", text(added_.min)},
                         {"p25FileSize", text(Percentile(added_sizes_, 1))},
                         {"p50FileSize", text(Percentile(added_sizes_, 2))},
                         {"p75FileSize", text(Percentile(added_sizes_, 3))},
                         {"maxFileSize", text(added_.max)}};
    return operation;
  }

  CommandAnswer Answer() {
    const auto& leaves = target_.snapshot->layout().leaves();
    int64_t columns = static_cast<int64_t>(target_.schema.size());
    int64_t indexed = target_.snapshot->properties().DataSkippingNumIndexedCols();
    int64_t with_stats =
        indexed < 0 ? static_cast<int64_t>(leaves.size()) : std::min<int64_t>(indexed, static_cast<int64_t>(leaves.size()));
    plan::Value zorder;
    plan::Value clustering;
    if (clusters()) {
      clustering = plan::Value(Data(std::vector<plan::Value>{
          CountAndSize(cube_files_.count, cube_files_.total), CountAndSize(other_files_.count, other_files_.total),
          LongValue(static_cast<int64_t>(cubes_.size())), CountAndSize(removed_.count, removed_.total), LongValue(bin_count_)}));
    } else if (!columns_.empty()) {
      zorder = plan::Value(Data(std::vector<plan::Value>{
          TextValue("all"), CountAndSize(0, 0), CountAndSize(removed_.count, removed_.total), LongValue(0),
          CountAndSize(removed_.count, removed_.total), LongValue(static_cast<int64_t>(bin_count_)), plan::Value()}));
    }
    plan::Value vectors;
    if (vectors_ > 0) vectors = CountAndSize(vectors_, vector_rows_);
    std::vector<plan::Value> metrics = {LongValue(added_.count),
                                        LongValue(removed_.count),
                                        added_.Row(),
                                        removed_.Row(),
                                        LongValue(static_cast<int64_t>(partitions_.size())),
                                        zorder,
                                        clustering,
                                        LongValue(bin_count_),
                                        LongValue(1),  // Batches.
                                        LongValue(considered_),
                                        LongValue(considered_ - removed_.count),
                                        plan::Value(Data(false)),
                                        LongValue(0),
                                        LongValue(0),
                                        LongValue(started_ms_),
                                        LongValue(context_.engine.clock()->NowMillis()),
                                        LongValue(2),
                                        LongValue(bin_count_),
                                        plan::Value(),
                                        vectors,
                                        LongValue(columns),
                                        LongValue(with_stats)};
    std::vector<plan::Value> row = {TextValue(target_.snapshot->location().Uri()), plan::Value(Data(std::move(metrics)))};
    return context_.engine.Rows(context_.session, AnswerSchema(command_), {std::move(row)}, context_.options);
  }

  CommandContext& context_;
  const plan::DeltaCommand& command_;
  SessionAnalysis analysis_;
  DeltaTarget target_;
  int64_t started_ms_;
  plan::Expressions columns_;  ///< ZORDER BY, or those the table is clustered by.
  std::vector<std::string> column_names_;
  std::vector<std::string> cluster_names_;  ///< A clustered table's columns.
  const std::string cube_ = NewUuid();  ///< Names the files of this run.
  std::set<std::string> cubes_;  ///< Earlier ones.
  Sizes cube_files_, other_files_;
  int64_t max_file_size_ = kDefaultFileSize;
  Sizes added_, removed_;
  std::vector<int64_t> added_sizes_;
  std::set<delta::PartitionValues> partitions_;
  int64_t bin_count_ = 0;
  int64_t considered_ = 0;
  int64_t vectors_ = 0;
  int64_t vector_rows_ = 0;
};

}  // namespace

CommandAnswer Optimize(CommandContext& context, const plan::DeltaCommand& command) { return OptimizeRun(context, command).Run(); }

}  // namespace headrace::engine
