#pragma once

#include "engine/functions/kernel.h"

namespace headrace::engine {

void RegisterArithmetic(KernelRegistry& registry);
void RegisterDecimals(KernelRegistry& registry);
void RegisterMath(KernelRegistry& registry);
void RegisterCasts(KernelRegistry& registry);
void RegisterAggregates(KernelRegistry& registry);
void RegisterBoxedAggregates(KernelRegistry& registry);
void RegisterCountDistinct(KernelRegistry& registry);
void RegisterStrings(KernelRegistry& registry);
void RegisterRegex(KernelRegistry& registry);
void RegisterDates(KernelRegistry& registry);
void RegisterDateFormats(KernelRegistry& registry);
void RegisterTimes(KernelRegistry& registry);
void RegisterIntervals(KernelRegistry& registry);
void RegisterCollections(KernelRegistry& registry);
void RegisterLambdas(KernelRegistry& registry);
void RegisterNestedText(KernelRegistry& registry);
void RegisterNumberFormats(KernelRegistry& registry);
void RegisterSketches(KernelRegistry& registry);
void RegisterXPath(KernelRegistry& registry);
void RegisterCiphers(KernelRegistry& registry);
void RegisterHashes(KernelRegistry& registry);
void RegisterJson(KernelRegistry& registry);
void RegisterMisc(KernelRegistry& registry);

}  // namespace headrace::engine
