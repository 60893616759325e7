#include "functions/function_internal.h"

namespace headrace::functions {

void AddBuiltins(FunctionTable& table) {}

}  // namespace headrace::functions
