#include "functions/function_internal.h"
#include "functions/text_formats_internal.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

void AddBuiltins(FunctionTable& table) {
  AddOperators(table);
  AddConditionals(table);
  AddMath(table);
  AddRandom(table);
  AddStrings(table);
  AddDates(table);
  AddTimes(table);
  AddAggregates(table);
  AddSketches(table);
  AddCollections(table);
  AddLambdas(table);
  AddMisc(table);
  AddGenerators(table);
  AddTextFormats(table);
}

}  // namespace headrace::functions
