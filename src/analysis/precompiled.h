#pragma once

// What every source of analysis includes; compiled once.
#include <fmt/format.h>

#include <algorithm>

#include "functions/coercion.h"
#include "plan/command.h"
