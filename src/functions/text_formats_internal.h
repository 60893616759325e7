#pragma once

#include "functions/function.h"

namespace headrace::functions {

/// from_json, to_json, schema_of_json and their CSV kin.
void AddTextFormats(FunctionTable& table);

}  // namespace headrace::functions
