#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/commands.h"
#include "engine/relation_lookup.h"
#include "plan/names.h"

namespace headrace::engine {

plan::Schema SetSchema(const plan::SetCommand& command) {
  if (command.reset) return {};
  if (!command.verbose) return {TextColumn("key"), TextColumn("value")};
  return {TextColumn("key"), TextColumn("value"), TextColumn("meaning"), TextColumn("Since version")};
}

CommandAnswer Run(CommandContext& context, const plan::SetCommand& command) {
  SessionConf& conf = context.session->conf();
  if (command.reset) {
    if (command.key) {
      conf.Unset(*command.key);
    } else {
      conf.Reset();
    }
    return nullptr;
  }
  std::vector<std::vector<plan::Value>> rows;
  if (command.key && command.value) {
    conf.Set(*command.key, *command.value);
    rows.push_back({TextValue(*command.key), TextValue(*command.value)});
  } else if (command.key) {
    rows.push_back({TextValue(*command.key), TextValue(conf.Find(*command.key).value_or("<undefined>"))});
  } else if (command.verbose) {
    for (const auto& setting : DeclaredSettings()) {
      std::string name(setting.name);
      std::string meaning(setting.description);
      if (setting.no_effect) meaning += " (accepted; it has no effect in Headrace)";
      if (!setting.supported.empty()) meaning += " (supported: " + std::string(setting.supported) + ")";
      rows.push_back(
          {TextValue(name), TextValue(conf.Find(name).value_or("<undefined>")), TextValue(std::move(meaning)), TextValue("")});
    }
    return context.engine.Rows(context.session, SetSchema(command), std::move(rows), context.options);
  } else {
    for (const auto& [key, value] : conf.Explicit()) rows.push_back({TextValue(key), TextValue(value)});
  }
  return context.engine.Rows(context.session, SetSchema(command), std::move(rows), context.options);
}

CommandAnswer Run(CommandContext& context, const plan::Use& command) {
  catalog::Catalog& catalog = context.engine.catalog();
  if (command.catalog_only) {
    catalog::CatalogInfo info = catalog.GetCatalog(command.name.at(0));
    context.session->SetCurrent(info.name, catalog::kDefaultSchema);
    return nullptr;
  }
  // A single name is a schema of the current catalog, or else a catalog.
  if (command.name.size() == 1 && !catalog.FindSchema({context.session->current_catalog(), command.name[0]})) {
    if (auto info = catalog.FindCatalog(command.name[0])) {
      context.session->SetCurrent(info->name, catalog::kDefaultSchema);
      return nullptr;
    }
  }
  catalog::SchemaInfo info = catalog.GetSchema(catalog::Catalog::QualifySchema(command.name, context.current()));
  context.session->SetCurrent(info.name.catalog, info.name.schema);
  return nullptr;
}

CommandAnswer Run(CommandContext& context, const plan::Explain& command) {
  std::string text = "== Physical Plan ==\nExecute command\n";
  std::vector<std::vector<plan::Value>> rows;
  try {
    if (command.plan) text = context.engine.Explain(context.session, command.plan, command.mode);
    rows.push_back({TextValue(std::move(text))});
  } catch (const Error& error) {
    // What is wrong with a query is its explanation, a row a line.
    if (error.kind() != ErrorKind::kAnalysis && error.kind() != ErrorKind::kNotFound) throw;
    std::istringstream lines("Error occurred during query planning: \n" + error.SparkMessage());
    for (std::string line; std::getline(lines, line);) rows.push_back({TextValue(line)});
  }
  return context.engine.Rows(context.session, {TextColumn("plan", true)}, std::move(rows), context.options);
}

CommandAnswer Run(CommandContext& context, const plan::CacheCommand& command) {
  if (command.kind == "REFRESH") return nullptr;  // Every query reads the newest version.
  plan::ReadTable read;
  read.name = command.name;
  auto table = plan::MakeRelation(std::move(read));
  if (command.kind == "CACHE") {
    if (command.query) {
      auto view = std::make_shared<TempView>();
      view->name = command.name.back();
      view->plan = command.query;
      if (!context.session->temp_views().Put(std::move(view), false)) {
        throw Error(ErrorKind::kAnalysis, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "A temporary view of that name exists.",
                    {{"relationName", plan::QuotedName(command.name)}})
            .WithSqlState("42P07");
      }
    }
    StorageLevel level;
    level.use_memory = level.use_disk = level.deserialized = true;
    context.engine.Persist(context.session, table, level);
    return nullptr;
  }
  if (command.kind == "UNCACHE") {
    try {
      context.engine.Unpersist(context.session, table, true);
    } catch (const Error& error) {
      if (!command.if_exists || error.condition() != "TABLE_OR_VIEW_NOT_FOUND") throw;
    }
    return nullptr;
  }
  if (command.kind == "CLEAR") {
    ClearCache(context.session);
    return nullptr;
  }
  ThrowUnsupported(command.kind + " of cached tables");
}

CommandAnswer Run(CommandContext&, const plan::UnsupportedCommand& command) { ThrowUnsupported(command.feature); }

}  // namespace headrace::engine
