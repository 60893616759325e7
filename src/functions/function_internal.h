#pragma once

#include "functions/function.h"

namespace headrace::functions {

/// Fills the table: calls one `Add<Group>Functions` of each builtin_<group>.cc.
void AddBuiltins(FunctionTable& table);

}  // namespace headrace::functions
