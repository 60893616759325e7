#include "engine/precompiled.h"

#include <set>

#include "base/error.h"
#include "catalog/errors.h"
#include "engine/commands.h"
#include "engine/view_binding.h"
#include "plan/names.h"

namespace headrace::engine {

namespace {

/// The columns of a view: its query's, under the names of its own list. Only frames may have two of one name.
plan::Schema ViewColumns(const plan::CreateView& command, plan::Schema schema) {
  if (!command.columns.empty() && command.columns.size() != schema.size()) {
    bool few = command.columns.size() < schema.size();
    std::string given, made;
    for (const auto& column : command.columns) given += (given.empty() ? "" : ", ") + plan::QuotedName({column.first});
    for (const auto& field : schema) made += (made.empty() ? "" : ", ") + plan::QuotedName({field.name});
    throw Error(ErrorKind::kAnalysis,
                few ? "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
                    : "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
                "Cannot create view " + plan::QuotedName(command.name) + ", the reason is " + (few ? "too many" : "not enough") +
                    " data columns:\nView columns: " + given + ".\nData columns: " + made + ".",
                {{"viewName", plan::QuotedName(command.name)}, {"viewColumns", given}, {"dataColumns", made}})
        .WithSqlState("21S01");
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (!command.columns.empty()) {
      schema[i].name = command.columns[i].first;
      if (!command.columns[i].second.empty()) schema[i].metadata["comment"] = command.columns[i].second;
    }
    std::string name = duckdb::StringUtil::Lower(schema[i].name);
    if (seen.insert(name).second || command.sql.empty()) continue;
    throw Error(ErrorKind::kAnalysis, "COLUMN_ALREADY_EXISTS",
                "The column " + plan::QuotedName(name) + " already exists. Choose another name or rename the existing column.",
                {{"columnName", plan::QuotedName(name)}})
        .WithSqlState("42711");
  }
  return schema;
}

void CreateTempView(CommandContext& context, const plan::CreateView& command) {
  // Analyzed once now, so that a view over nothing is an error here, as in Spark.
  SessionAnalysis analysis(context.engine, context.session, context.options);
  ViewColumns(command, SchemaOf(*analysis.analyzer().Analyze(command.plan)));
  auto view = std::make_shared<TempView>();
  view->name = command.name.back();
  view->plan = BindView(context, command);
  view->sql = command.sql;
  view->columns = command.columns;
  view->comment = command.comment;
  view->catalog = context.session->current_catalog();
  view->schema = context.session->current_schema();
  bool global = command.scope == plan::CreateView::Scope::kGlobalTemporary;
  if (command.name.size() > (global ? 2u : 1u)) {
    throw Error(ErrorKind::kAnalysis, "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS",
                "The name of a temporary view has one part: " + plan::QuotedName(command.name) + ".",
                {{"actualName", plan::QuotedName(command.name)}})
        .WithSqlState("428EK");
  }
  TempViews& views = global ? context.session->global_temp_views() : context.session->temp_views();
  if (command.if_not_exists && views.Find(view->name)) return;
  plan::NameParts shown = global ? plan::NameParts{catalog::kGlobalTemp, view->name} : plan::NameParts{view->name};
  if (!views.Put(std::move(view), command.replace || command.alter)) throw catalog::TempViewAlreadyExists(shown);
}

/// The analysis of a stored view's query, which may name nothing that ends with the session.
class StoredViewAnalysis : public SessionAnalysis {
 public:
  StoredViewAnalysis(CommandContext& context, plan::NameParts view)
      : SessionAnalysis(context.engine, context.session, context.options), view_(std::move(view)) {}

  std::optional<analysis::ResolvedTable> FindTable(const plan::ReadTable& table) override {
    auto found = SessionAnalysis::FindTable(table);
    // What is in the catalog has three parts, and a path is no view.
    if (found && found->view && found->qualifier.size() < 3) ThrowTemporary(table.name, "VIEW");
    if (found && found->view && found->qualifier == view_) ThrowRecursiveView(view_);
    return found;
  }

  analysis::TypedRelationPtr RunCatalogCall(const plan::CatalogCall& call) override {
    auto found = SessionAnalysis::RunCatalogCall(call);
    if (call.operation == "find_variable" && found && !found->output.empty()) {
      ThrowTemporary({call.arguments.at("name")}, "VARIABLE");
    }
    return found;
  }

 private:
  [[noreturn]] void ThrowTemporary(const plan::NameParts& name, const std::string& kind) const {
    std::string view = plan::QuotedName(view_), temporary = plan::QuotedName(name);
    throw Error(ErrorKind::kAnalysis, "INVALID_TEMP_OBJ_REFERENCE",
                "Cannot create the persistent object " + view +
                    " of the type VIEW because it references to the temporary object " + temporary + " of the type " + kind +
                    ". Please make the temporary object " + temporary + " persistent, or make the persistent object " + view +
                    " temporary.",
                {{"obj", "VIEW"}, {"objName", view}, {"tempObj", kind}, {"tempObjName", temporary}})
        .WithSqlState("42K0F");
  }

  plan::NameParts view_;
};

void CreateStoredView(CommandContext& context, const plan::CreateView& command) {
  StoredViewAnalysis analysis(context, catalog::Catalog::Qualify(command.name, context.current()).parts());
  plan::Schema queried = SchemaOf(*analysis.analyzer().Analyze(command.plan));
  catalog::TableInfo info;
  info.name = catalog::Catalog::Qualify(command.name, context.current());
  info.type = catalog::TableType::kView;
  for (const auto& field : queried) info.view_query_columns.push_back(field.name);
  info.schema = ViewColumns(command, std::move(queried));
  info.comment = command.comment;
  info.properties = command.properties;
  info.view_text = command.sql;
  info.view_catalog = context.session->current_catalog();
  info.view_schema = context.session->current_schema();
  using catalog::CreateMode;
  CreateMode mode = command.alter           ? CreateMode::kReplaceExisting
                    : command.replace       ? CreateMode::kReplace
                    : command.if_not_exists ? CreateMode::kIgnore
                                            : CreateMode::kError;
  context.engine.catalog().CreateTable(std::move(info), mode);
}

}  // namespace

CommandAnswer Run(CommandContext& context, const plan::CreateView& command) {
  if (command.scope == plan::CreateView::Scope::kPersistent) {
    CreateStoredView(context, command);
  } else {
    CreateTempView(context, command);
  }
  return nullptr;
}

CommandAnswer Run(CommandContext& context, const plan::DropObject& command) {
  catalog::Catalog& catalog = context.engine.catalog();
  if (command.kind == "TABLE" || command.kind == "VIEW") {
    if (command.name.size() == 1 && context.session->temp_views().Drop(command.name[0])) return nullptr;
    if (command.name.size() == 2 && command.name[0] == catalog::kGlobalTemp &&
        context.session->global_temp_views().Drop(command.name[1])) {
      return nullptr;
    }
    auto name = catalog::Catalog::Qualify(command.name, context.current());
    auto found = catalog.FindTable(name);
    // DROP TABLE takes views too.
    catalog.DropTable(name, found && found->is_view() ? "VIEW" : command.kind, command.if_exists);
    return nullptr;
  }
  if (command.kind == "SCHEMA") {
    catalog.DropSchema(catalog::Catalog::QualifySchema(command.name, context.current()), command.if_exists, command.cascade);
    return nullptr;
  }
  if (command.kind == "CATALOG") {
    catalog.DropCatalog(command.name.at(0), command.if_exists, command.cascade);
    return nullptr;
  }
  ThrowUnsupported("DROP " + command.kind);
}

CommandAnswer Run(CommandContext& context, const plan::CreateNamespace& command) {
  catalog::Catalog& catalog = context.engine.catalog();
  if (command.kind == "CATALOG") {
    catalog::CatalogInfo info;
    info.name = command.name.at(0);
    info.comment = command.comment;
    info.properties = command.properties;
    catalog.CreateCatalog(std::move(info), command.if_not_exists);
    return nullptr;
  }
  catalog::SchemaInfo info;
  info.name = catalog::Catalog::QualifySchema(command.name, context.current());
  info.comment = command.comment;
  info.location = command.location.value_or("");
  info.properties = command.properties;
  catalog.CreateSchema(std::move(info), command.if_not_exists);
  return nullptr;
}

CommandAnswer Run(CommandContext& context, const plan::CommentOn& command) {
  catalog::Catalog& catalog = context.engine.catalog();
  if (command.kind == "SCHEMA") {
    catalog.AlterSchema(catalog::Catalog::QualifySchema(command.name, context.current()),
                        [&](catalog::SchemaInfo& info) { info.comment = command.comment; });
    return nullptr;
  }
  if (command.kind == "CATALOG") {
    catalog.AlterCatalog(command.name.at(0), [&](catalog::CatalogInfo& info) { info.comment = command.comment; });
    return nullptr;
  }
  if (command.kind == "TABLE") {
    plan::AlterTable alter;
    alter.name = command.name;
    alter.action = plan::AlterTable::Action::kSetComment;
    alter.text = command.comment.value_or("");
    return Run(context, alter);
  }
  ThrowUnsupported("COMMENT ON " + command.kind);
}

}  // namespace headrace::engine
