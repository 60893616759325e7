#include "connect/testing/fake_queries.h"

#include <arrow/api.h>

#include <condition_variable>
#include <mutex>

#include "base/error.h"

namespace headrace::connect {

namespace {

using engine::ExecuteOptions;
using engine::ResultStream;

constexpr int64_t kBatchRows = 4096;

/// The innermost relation of a chain of column calls: its depth is what a test is after.
const plan::Relation* Innermost(const plan::RelationPtr& relation) {
  const plan::Relation* current = relation.get();
  while (true) {
    if (const auto* columns = std::get_if<plan::WithColumns>(&current->node)) {
      current = columns->input.get();
    } else if (const auto* with = std::get_if<plan::WithRelations>(&current->node)) {
      current = with->root.get();
    } else {
      return current;
    }
  }
}

class RangeStream : public ResultStream {
 public:
  RangeStream(plan::Range range, ExecuteOptions options, std::atomic<int64_t>& produced)
      : range_(range), options_(std::move(options)), produced_(produced), next_(range.start) {}

  const plan::Schema& schema() const override { return schema_; }
  std::shared_ptr<arrow::Schema> arrow_schema() const override {
    return arrow::schema({arrow::field("id", arrow::int64(), false)});
  }
  std::shared_ptr<arrow::RecordBatch> Next() override {
    options_.cancellation->ThrowIfCancelled();
    if (next_ >= range_.end) return nullptr;
    arrow::Int64Builder builder;
    int64_t rows = 0;
    for (; next_ < range_.end && rows < kBatchRows; next_ += range_.step, ++rows) {
      if (!builder.Append(next_).ok()) ThrowInternal("append");
    }
    produced_ += rows;
    return arrow::RecordBatch::Make(arrow_schema(), rows, {*builder.Finish()});
  }

 private:
  const plan::Range range_;
  const ExecuteOptions options_;
  std::atomic<int64_t>& produced_;
  int64_t next_;
  const plan::Schema schema_ = {{"id", plan::TypeId::kLong, false, {}}};
};

[[noreturn]] void Fail() {
  auto cause = std::make_shared<const Error>(ErrorKind::kRuntime, "INNER", "The reason.");
  QueryContext context;
  context.type = QueryContext::Type::kDataFrame;
  context.fragment = "divide";
  context.call_site = "test.py:1";
  throw Error(ErrorKind::kArithmetic, "DIVIDE_BY_ZERO", "Division by zero.", {{"config", "\"spark.sql.ansi.enabled\""}})
      .WithContext(context)
      .WithCause(cause);
}

void BlockUntilCancelled(const ExecuteOptions& options) {
  std::mutex mutex;
  std::condition_variable wake;
  auto registration = options.cancellation->OnCancel([&] {
    std::lock_guard lock(mutex);
    wake.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return options.cancellation->cancelled(); });
  }
  options.cancellation->ThrowIfCancelled();
}

}  // namespace

std::unique_ptr<ResultStream> FakeQueries::Execute(const std::shared_ptr<engine::Session>&, const plan::RelationPtr& relation,
                                                   const ExecuteOptions& options) {
  ++executed;
  const plan::Relation* inner = Innermost(relation);
  if (const auto* range = std::get_if<plan::Range>(&inner->node)) {
    return std::make_unique<RangeStream>(*range, options, rows_produced);
  }
  if (const auto* local = std::get_if<plan::LocalRelation>(&inner->node)) {
    int64_t bytes = local->arrow_ipc ? static_cast<int64_t>(local->arrow_ipc->size()) : 0;
    for (const auto& chunk : local->chunks) bytes += static_cast<int64_t>(chunk->size());
    return std::make_unique<RangeStream>(plan::Range{bytes, bytes + 1, 1, {}}, options, rows_produced);
  }
  if (const auto* sql = std::get_if<plan::SqlText>(&inner->node)) {
    if (sql->text == "fail") Fail();
    if (sql->text == "slow") BlockUntilCancelled(options);
    return std::make_unique<RangeStream>(plan::Range{1, 2, 1, {}}, options, rows_produced);
  }
  ThrowUnsupported("this relation in a test");
}

std::unique_ptr<ResultStream> FakeQueries::ExecuteCommand(const std::shared_ptr<engine::Session>& session,
                                                          const plan::CommandPtr& command, const ExecuteOptions&) {
  ++executed;
  const auto* view = std::get_if<plan::CreateView>(&command->node);
  if (view == nullptr) ThrowUnsupported("this command in a test");
  session->temp_views().Put(
      std::make_shared<engine::TempView>(engine::TempView{view->name.back(), view->plan, "", {}, {}, "", ""}), view->replace);
  return nullptr;
}

std::unique_ptr<ResultStream> FakeQueries::ExecuteSql(const std::shared_ptr<engine::Session>&, const plan::RelationPtr& relation,
                                                      const ExecuteOptions& options) {
  const auto* sql = std::get_if<plan::SqlText>(&Innermost(relation)->node);
  if (sql == nullptr || sql->text != "set") return nullptr;
  ++executed;
  return std::make_unique<RangeStream>(plan::Range{7, 8, 1, {}}, options, rows_produced);
}

plan::Schema FakeQueries::AnalyzeSchema(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) {
  return {{"id", plan::TypeId::kLong, false, {}}};
}

std::string FakeQueries::Explain(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&, const std::string& mode) {
  return "== Plan " + mode + " ==";
}

std::vector<std::string> FakeQueries::InputFiles(const std::shared_ptr<engine::Session>&, const plan::RelationPtr&) { return {}; }

}  // namespace headrace::connect
