#include "engine/precompiled.h"

#include <charconv>

#include "base/error.h"
#include "engine/delta_target.h"
#include "engine/duck_types.h"
#include "engine/engine.h"

namespace headrace::engine {

namespace {

/// An option by its name without case, or null.
const std::string* FindOption(const plan::Options& options, const std::string& name) {
  for (const auto& [key, value] : options) {
    if (key.size() == name.size() && duckdb::StringUtil::CIEquals(key, name)) return &value;
  }
  return nullptr;
}

}  // namespace

int64_t TravelMillis(Engine& engine, const std::shared_ptr<Session>& session, const plan::ExpressionPtr& expression) {
  ExecuteOptions options;
  SessionAnalysis analysis(engine, session, options);
  plan::Cast cast;
  cast.child = expression;
  cast.type = plan::TypeId::kTimestamp;
  cast.mode = plan::EvalMode::kAnsi;
  plan::Alias alias;
  alias.child = plan::Make(std::move(cast));
  alias.names = {"t"};
  plan::Project project;
  project.expressions = {plan::Make(std::move(alias))};
  auto rows = engine.Collect(session, analysis.analyzer().Analyze(plan::MakeRelation(std::move(project))), options);
  if (rows.at(0).at(0).is_null()) {
    throw Error(ErrorKind::kAnalysis, "INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT",
                "The time travel timestamp expression gives no time.")
        .WithSqlState("42K0E");
  }
  return std::get<int64_t>(rows[0][0].data) / 1000;
}

analysis::TypedScan ResolveDeltaScan(Engine& engine, const std::shared_ptr<Session>& session, const std::string& location,
                                     const plan::Options& options, const plan::TimeTravel& travel,
                                     const std::string& table_name) {
  for (const char* name : {"readChangeFeed", "readChangeData"}) {
    const std::string* wanted = FindOption(options, name);
    if (wanted != nullptr && duckdb::StringUtil::CIEquals(*wanted, "true"))
      ThrowUnsupported(std::string("the change data feed (") + name + ")");
  }
  auto table = engine.tables().Open(location);
  std::optional<int64_t> version = travel.version;
  plan::ExpressionPtr timestamp = travel.timestamp;
  if (FindOption(options, "versionAsOf") != nullptr && FindOption(options, "timestampAsOf") != nullptr) {
    throw Error(ErrorKind::kIllegalArgument, "DELTA_ONEOF_IN_TIMETRAVEL",
                "Please either provide 'timestampAsOf' or 'versionAsOf' for time travel.")
        .WithSqlState("42601");
  }
  if (const std::string* text = FindOption(options, "versionAsOf")) {
    int64_t number = 0;
    auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
    version = number;
    if (failure != std::errc() || end != text->data() + text->size() || number < 0) {
      throw Error(ErrorKind::kIllegalArgument, "DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE",
                  "versionAsOf needs to be a valid begin value, not '" + *text + "'.", {{"timeTravelKey", "versionAsOf"}})
          .WithSqlState("42604");
    }
  }
  if (const std::string* text = FindOption(options, "timestampAsOf")) timestamp = plan::StringLiteral(*text);
  delta::SnapshotPtr snapshot;
  if (version) {
    snapshot = table->SnapshotAt(*version);
  } else if (timestamp) {
    snapshot = table->SnapshotAt(table->VersionAt(TravelMillis(engine, session, timestamp)));
  } else {
    snapshot = table->Update();
  }
  analysis::TypedScan scan;
  scan.format = "delta";
  scan.paths = {location};
  scan.options = options;
  scan.version = snapshot->version();
  scan.snapshot = snapshot;
  scan.table_name = table_name;
  scan.schema = plan::DataType::FromJsonText(snapshot->metadata().schema_string).fields();
  return scan;
}

}  // namespace headrace::engine
