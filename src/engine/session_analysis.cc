#include "engine/precompiled.h"

#include <set>

#include "base/error.h"
#include "engine/arrow/arrow_types.h"
#include "engine/commands.h"
#include "engine/engine.h"
#include "engine/variables.h"
#include "sql/parser.h"

namespace headrace::engine {

using analysis::ResolvedTable;
using analysis::TypedScan;

SessionAnalysis::SessionAnalysis(Engine& engine, std::shared_ptr<Session> session, ExecuteOptions options)
    : engine_(engine),
      session_(std::move(session)),
      options_(std::move(options)),
      now_micros_(engine.clock()->NowMicros()),
      analyzer_(*this) {}

namespace {

/// Formats that may stand before a path: SELECT * FROM delta.`/data/events`.
bool IsFileFormat(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* format : {"delta", "parquet", "csv", "json", "text", "orc", "binaryfile"}) {
    if (name == format) return true;
  }
  return false;
}

ResolvedTable FromTempView(const TempView& view, plan::NameParts qualifier) {
  ResolvedTable resolved;
  resolved.view = view.plan;
  if (!view.columns.empty()) {
    plan::SubqueryAlias renamed;
    renamed.input = view.plan;
    renamed.alias = {view.name};
    for (const auto& [name, comment] : view.columns) renamed.columns.push_back(name);
    resolved.view = plan::MakeRelation(std::move(renamed));
  }
  resolved.qualifier = std::move(qualifier);
  if (!view.sql.empty()) resolved.catalog_and_schema = {view.catalog, view.schema};
  return resolved;
}

}  // namespace

std::optional<ResolvedTable> SessionAnalysis::FindTable(const plan::ReadTable& table) {
  const plan::NameParts& name = table.name;
  if (table.streaming) ThrowUnsupported("Structured Streaming");
  if (name.size() == 1) {
    if (auto view = session_->temp_views().Find(name[0])) return FromTempView(*view, {view->name});
  }
  if (name.size() == 2) {
    auto view = session_->global_temp_views().Find(name[1]);
    if (view && (name[0] == catalog::kGlobalTemp)) return FromTempView(*view, {catalog::kGlobalTemp, view->name});
    // A path after a format's name, unless a schema has that name and the table.
    if (IsFileFormat(name[0]) && name[1].find('/') != std::string::npos) {
      ResolvedTable resolved;
      if (name[0] == "delta" || name[0] == "DELTA") {
        resolved.scan = ResolveDeltaScan(engine_, session_, name[1], table.options, table.time_travel, "");
      } else {
        plan::ReadFiles files;
        files.format = name[0];
        files.paths = {name[1]};
        files.options = table.options;
        resolved.scan = ResolveScan(engine_, session_, files);
      }
      resolved.qualifier = name;
      return resolved;
    }
  }
  catalog::SchemaName current{session_->current_catalog(), session_->current_schema()};
  catalog::TableName full = catalog::Catalog::Qualify(name, current);
  if (full.schema == catalog::kInformationSchema) {
    auto rows = engine_.catalog().FindSystemRelation(full);
    if (!rows) return std::nullopt;
    ResolvedTable resolved;
    resolved.cached = RowsRelation(rows->schema, std::move(rows->rows));
    resolved.qualifier = full.parts();
    return resolved;
  }
  auto info = engine_.catalog().FindTable(full);
  if (!info) return std::nullopt;
  ResolvedTable resolved;
  resolved.qualifier = info->name.parts();
  if (info->is_view()) {
    sql::ParserOptions options;
    resolved.view = sql::ParseQuery(info->view_text, options);
    // The query may have got other columns since: those that it had are found by their names.
    std::set<std::string> distinct;
    for (const auto& name : info->view_query_columns) distinct.insert(duckdb::StringUtil::Lower(name));
    if (!distinct.empty() && distinct.size() == info->view_query_columns.size()) {
      plan::Project known;
      known.input = resolved.view;
      for (const auto& name : info->view_query_columns) known.expressions.push_back(plan::Attribute({name}));
      resolved.view = plan::MakeRelation(std::move(known));
    }
    if (!info->schema.empty()) {
      plan::SubqueryAlias renamed;
      renamed.input = resolved.view;
      renamed.alias = {info->name.table};
      for (const auto& field : info->schema) renamed.columns.push_back(field.name);
      resolved.view = plan::MakeRelation(std::move(renamed));
    }
    resolved.catalog_and_schema = {info->view_catalog, info->view_schema};
    return resolved;
  }
  if (info->provider == "delta") {
    std::string text;
    for (const auto& part : resolved.qualifier) text += (text.empty() ? "" : ".") + part;
    resolved.scan = ResolveDeltaScan(engine_, session_, info->location, table.options, table.time_travel, text);
    return resolved;
  }
  auto folder = storage::Resolve(info->location);
  if (!folder.store->Exists(folder.path)) {
    // A table without its folder has no rows.
    TypedScan none;
    none.format = info->provider;
    none.schema = info->schema;
    none.options = info->options;
    resolved.scan = std::move(none);
    return resolved;
  }
  plan::ReadFiles files;
  files.format = info->provider;
  files.paths = {info->location};
  files.schema = info->schema;
  files.options = info->options;
  resolved.scan = ResolveScan(engine_, session_, files);
  return resolved;
}

TypedScan SessionAnalysis::ResolveFiles(const plan::ReadFiles& files) {
  if (files.streaming) ThrowUnsupported("Structured Streaming");
  return ResolveScan(engine_, session_, files);
}

plan::Schema SessionAnalysis::SchemaOfLocal(const plan::LocalRelation& local) {
  if (local.schema) return *local.schema;
  if (local.arrow_ipc) return SchemaOfIpc(*local.arrow_ipc);
  if (!local.chunks.empty()) return SchemaOfIpc(*local.chunks[0]);
  return {};
}

std::optional<ResolvedTable> SessionAnalysis::FindCachedRemote(const std::string& id) {
  auto frame = session_->Attached<SessionFrames>().Find(id);
  if (!frame) return std::nullopt;
  auto rows = RowsRelation(frame->schema, {});
  analysis::TypedRows node;
  node.cached_id = id;
  ResolvedTable resolved;
  resolved.cached = analysis::MakeTypedRelation(std::move(node), rows->output);
  return resolved;
}

analysis::TypedRelationPtr SessionAnalysis::RunCatalogCall(const plan::CatalogCall& call) {
  if (call.operation == "find_variable") {
    auto found = session_->Attached<SessionVariables>().Find(call.arguments.at("name"));
    if (!found) return RowsRelation({}, {});
    return RowsRelation({{found->name, found->type, true, {}}}, {{found->value}});
  }
  CommandContext context{engine_, session_, options_};
  return engine::RunCatalogCall(context, call);
}

analysis::TypedRelationPtr SessionAnalysis::RunCommand(const plan::Command& command) {
  CommandContext context{engine_, session_, options_};
  auto stream = engine::RunCommand(context, command);
  if (!stream) return RowsRelation({}, {});
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  while (auto batch = stream->Next()) batches.push_back(std::move(batch));
  analysis::TypedLocal local;
  local.data.schema = stream->schema();
  local.data.arrow_ipc = IpcOf(batches, stream->arrow_schema());
  return analysis::MakeTypedRelation(std::move(local), RowsRelation(stream->schema(), {})->output);
}

std::vector<std::vector<plan::Value>> SessionAnalysis::Evaluate(const analysis::TypedRelationPtr& plan) {
  return engine_.Collect(session_, plan, options_);
}

std::string SessionAnalysis::Setting(const std::string& key) { return session_->conf().Find(key).value_or(""); }

bool SessionAnalysis::HasCatalog(const std::string& name) { return engine_.catalog().FindCatalog(name).has_value(); }

std::string SessionAnalysis::CurrentCatalog() { return session_->current_catalog(); }

std::string SessionAnalysis::CurrentSchema() { return session_->current_schema(); }

std::string SessionAnalysis::CurrentUser() { return session_->user_id(); }

}  // namespace headrace::engine
