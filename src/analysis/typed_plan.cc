#include "analysis/typed_plan.h"

#include "analysis/analyzer.h"

namespace headrace::analysis {

plan::Schema SchemaOf(const TypedRelation& relation) {
  plan::Schema schema;
  for (const auto& attribute : relation.output) {
    if (!attribute.hidden) schema.push_back({attribute.name, attribute.type, attribute.nullable, attribute.metadata});
  }
  return schema;
}

}  // namespace headrace::analysis
