#include "engine/precompiled.h"

#include "engine/table_target.h"

#include "base/error.h"
#include "catalog/errors.h"
#include "engine/relation_lookup.h"
#include "plan/names.h"

namespace headrace::engine {

TableTarget FindTableTarget(CommandContext& context, const plan::NameParts& name) {
  TableTarget target;
  if (name.size() == 2 && name[1].find('/') != std::string::npos && duckdb::StringUtil::CIEquals(name[0], "delta")) {
    target.table = context.engine.tables().Open(name[1]);
    target.shown = "delta.`" + name[1] + "`";
    return target;
  }
  if (name.size() == 1 && context.session->temp_views().Find(name[0])) {
    throw catalog::ExpectTableNotView(name, "WRITE");
  }
  target.name = catalog::Catalog::Qualify(name, context.current());
  target.shown = plan::QuotedName(target.name->parts());
  target.info = context.engine.catalog().FindTable(*target.name);
  if (!target.info) return target;
  if (target.info->is_view()) throw catalog::ExpectTableNotView(target.info->name.parts(), "WRITE");
  if (target.info->provider != "delta") ThrowUnsupported("changing tables of the format " + target.info->provider);
  target.table = context.engine.tables().Open(target.info->location);
  return target;
}

TableTarget GetTableTarget(CommandContext& context, const plan::NameParts& name, bool as_relation) {
  TableTarget target = FindTableTarget(context, name);
  if (target.exists()) return target;
  if (target.name) throw catalog::TableOrViewNotFound(name, SearchPath(context, as_relation));
  throw Error(ErrorKind::kAnalysis, "DELTA_MISSING_DELTA_TABLE", target.shown + " is not a Delta table.",
              {{"tableName", target.shown}})
      .WithSqlState("42P01");
}

Error TableAlreadyExists(const catalog::TableName& name) {
  return name.catalog == catalog::kSessionCatalog ? catalog::TableOrViewAlreadyExists({name.schema, name.table})
                                                  : catalog::TableOrViewAlreadyExists(name.parts());
}

std::vector<std::string> PartitionColumns(const plan::Expressions& partitioning) {
  std::vector<std::string> columns;
  for (const auto& expression : partitioning) {
    if (const auto* attribute = plan::As<plan::UnresolvedAttribute>(expression)) {
      if (attribute->name.size() == 1) {
        columns.push_back(attribute->name[0]);
        continue;
      }
    }
    if (const auto* call = plan::As<plan::FunctionCall>(expression)) {
      const auto* attribute = call->arguments.size() == 1 ? plan::As<plan::UnresolvedAttribute>(call->arguments[0]) : nullptr;
      if (attribute != nullptr && call->name.back() == "identity" && attribute->name.size() == 1) {
        columns.push_back(attribute->name[0]);
        continue;
      }
      ThrowUnsupported("partitioning by " + call->name.back() + "(...)");
    }
    ThrowUnsupported("partitioning by an expression");
  }
  return columns;
}

}  // namespace headrace::engine
