#pragma once

namespace headrace::engine {

class KernelRegistry;

/// The kernels of from_json, to_json, schema_of_json and their CSV kin.
void RegisterTextFormats(KernelRegistry& registry);

}  // namespace headrace::engine
