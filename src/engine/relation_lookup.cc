#include "engine/precompiled.h"

#include "engine/relation_lookup.h"

#include <algorithm>

#include "catalog/errors.h"
#include "engine/file_write.h"
#include "functions/catalogue.h"
#include "plan/names.h"

namespace headrace::engine {

std::string IdentifierText(const std::string& name) {
  bool plain =
      !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (plain && std::isdigit(static_cast<unsigned char>(name[0])) == 0) return name;
  return plan::QuotedName({name});
}

std::string FoundRelation::Type() const {
  if (temp) return "TEMPORARY";
  switch (info->type) {
    case catalog::TableType::kManaged:
      return "MANAGED";
    case catalog::TableType::kExternal:
      return "EXTERNAL";
    case catalog::TableType::kView:
      return "VIEW";
  }
  return "";
}

std::optional<FoundRelation> FindRelation(CommandContext& context, const plan::NameParts& name) {
  FoundRelation found;
  found.given = name;
  if (name.size() == 1) found.temp = context.session->temp_views().Find(name[0]);
  if (!found.temp && name.size() == 2 && name[0] == catalog::kGlobalTemp) {
    found.temp = context.session->global_temp_views().Find(name[1]);
    found.global_temp = found.temp != nullptr;
  }
  if (found.temp) return found;
  catalog::TableName full = catalog::Catalog::Qualify(name, context.current());
  found.info = context.engine.catalog().FindTable(full);
  if (found.info) return found;
  if (name.size() == 2 && name[1].find('/') != std::string::npos) {
    // delta.`/path`, parquet.`/path`: described by what is there.
    catalog::TableInfo info;
    info.name = {"", name[0], name[1]};
    info.type = catalog::TableType::kExternal;
    info.provider = duckdb::StringUtil::Lower(name[0]);
    info.location = name[1];
    if (info.provider == "delta") {
      auto snapshot = context.engine.tables().Open(name[1])->Update();
      info.partition_columns = snapshot->metadata().partition_columns;
    }
    found.info = std::move(info);
    return found;
  }
  return std::nullopt;
}

std::vector<plan::NameParts> SearchPath(CommandContext& context, bool as_relation) {
  std::vector<plan::NameParts> path = {{"system", "session"}, context.current().parts()};
  if (as_relation) path.insert(path.begin(), {"system", "builtin"});
  return path;
}

FoundRelation GetRelation(CommandContext& context, const plan::NameParts& name, bool described) {
  auto found = FindRelation(context, name);
  if (found) return *found;
  throw catalog::TableOrViewNotFound(name, SearchPath(context, described));
}

plan::Schema ColumnsOf(CommandContext& context, const FoundRelation& relation) {
  plan::ReadTable read;
  read.name = relation.given;
  plan::Schema schema = context.engine.AnalyzeSchema(context.session, plan::MakeRelation(std::move(read)));
  if (!relation.is_view()) return schema;
  // A view's columns have the comments of CREATE VIEW, not those of the tables below.
  for (size_t i = 0; i < schema.size(); ++i) {
    if (relation.temp) {
      if (i < relation.temp->columns.size() && !relation.temp->columns[i].second.empty()) {
        schema[i].metadata["comment"] = relation.temp->columns[i].second;
      }
    } else if (i < relation.info->schema.size()) {
      schema[i].metadata = relation.info->schema[i].metadata;
    }
  }
  return schema;
}

std::optional<std::string> CommentOf(const plan::StructField& field) {
  const json::value* comment = field.metadata.if_contains("comment");
  if (comment == nullptr || !comment->is_string()) return std::nullopt;
  return std::string(comment->as_string());
}

std::map<std::string, std::string> PropertiesOf(CommandContext& context, const FoundRelation& relation) {
  if (relation.temp) return {};
  if (relation.info->provider != "delta" || relation.is_view()) {
    auto properties = relation.info->properties;
    properties.erase(kTotalSize);
    properties.erase(kRowCount);
    return properties;
  }
  auto snapshot = context.engine.tables().Open(relation.info->location)->Update();
  std::map<std::string, std::string> properties = snapshot->metadata().configuration;
  properties["delta.minReaderVersion"] = std::to_string(snapshot->protocol().min_reader_version);
  properties["delta.minWriterVersion"] = std::to_string(snapshot->protocol().min_writer_version);
  return properties;
}

catalog::SchemaName SchemaOfName(CommandContext& context, const plan::NameParts& name) {
  if (name.empty()) return context.current();
  return catalog::Catalog::QualifySchema(name, context.current());
}

std::vector<FoundRelation> ListRelations(CommandContext& context, const catalog::SchemaName& schema, const std::string& pattern,
                                         bool only_views) {
  std::vector<FoundRelation> found;
  auto matches = [&](const std::string& name) { return pattern.empty() || catalog::MatchesPattern(name, pattern); };
  auto add_views = [&](TempViews& views, bool global) {
    for (const auto& view : views.List()) {
      if (!matches(view->name)) continue;
      FoundRelation one;
      one.given = global ? plan::NameParts{catalog::kGlobalTemp, view->name} : plan::NameParts{view->name};
      one.temp = view;
      one.global_temp = global;
      found.push_back(std::move(one));
    }
  };
  if (schema.schema == catalog::kGlobalTemp) {
    add_views(context.session->global_temp_views(), true);
  } else {
    catalog::SchemaName known = context.engine.catalog().GetSchema(schema).name;
    for (auto& info : context.engine.catalog().ListTables(known)) {
      if (!matches(info.name.table) || (only_views && !info.is_view())) continue;
      FoundRelation one;
      one.given = info.name.parts();
      one.info = std::move(info);
      found.push_back(std::move(one));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.info->name.table < b.info->name.table; });
  }
  add_views(context.session->temp_views(), false);
  return found;
}

std::vector<std::string> FunctionNames(const std::string& pattern) {
  std::vector<std::string> names;
  for (auto& name : functions::CatalogueNames()) {
    if (pattern.empty() || catalog::MatchesPattern(name, pattern)) names.push_back(std::move(name));
  }
  return names;
}

std::optional<FoundFunction> FindFunction(const plan::NameParts& name) {
  static const plan::NameParts kBuiltin = {"system", "builtin"};
  auto same = [](const std::string& a, const std::string& b) { return duckdb::StringUtil::CIEquals(a, b); };
  bool builtin = name.size() <= kBuiltin.size() + 1 && std::equal(name.rbegin() + 1, name.rend(), kBuiltin.rbegin(), same);
  std::string usage = builtin ? functions::UsageOf(name.back()) : "";
  if (usage.empty()) return std::nullopt;
  std::string lower = duckdb::StringUtil::Lower(name.back());
  return FoundFunction{lower, "headrace.functions." + lower, std::move(usage)};
}

Error RoutineNotFound(CommandContext& context, const plan::NameParts& name) {
  std::string path = "[`system`.`builtin`, `system`.`session`, " + plan::QuotedName(context.current().parts()) + "]";
  return Error(ErrorKind::kAnalysis, "UNRESOLVED_ROUTINE",
               "Cannot resolve routine " + plan::QuotedName(name) + " on search path " + path + ".",
               {{"routineName", plan::QuotedName(name)}, {"searchPath", path}})
      .WithSqlState("42883");
}

plan::Value TextValue(std::string text) { return plan::Value(plan::Value::Data(std::move(text))); }
plan::Value TextOrNull(const std::optional<std::string>& text) { return text ? TextValue(*text) : plan::Value(); }
plan::StructField TextColumn(const char* name, bool nullable) { return {name, plan::DataType::String(), nullable, {}}; }
plan::StructField FlagColumn(const char* name) { return {name, plan::TypeId::kBoolean, false, {}}; }

}  // namespace headrace::engine
