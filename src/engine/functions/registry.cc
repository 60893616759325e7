#include "engine/functions/registry.h"

#include "engine/files/text_functions.h"
#include "engine/functions/groups.h"
#include "engine/row_numbers.h"

namespace headrace::engine {

void RegisterFunctions(duckdb::DatabaseInstance& database) {
  KernelRegistry registry(database);
  RegisterArithmetic(registry);
  RegisterDecimals(registry);
  RegisterMath(registry);
  RegisterCasts(registry);
  RegisterAggregates(registry);
  RegisterBoxedAggregates(registry);
  RegisterCountDistinct(registry);
  RegisterStrings(registry);
  RegisterRegex(registry);
  RegisterDates(registry);
  RegisterDateFormats(registry);
  RegisterTimes(registry);
  RegisterIntervals(registry);
  RegisterCollections(registry);
  RegisterLambdas(registry);
  RegisterNestedText(registry);
  RegisterNumberFormats(registry);
  RegisterSketches(registry);
  RegisterXPath(registry);
  RegisterCiphers(registry);
  RegisterHashes(registry);
  RegisterJson(registry);
  RegisterMisc(registry);
  RegisterTextFormats(registry);
  RegisterRowNumbers(registry);
  registry.Finish();
}

}  // namespace headrace::engine
