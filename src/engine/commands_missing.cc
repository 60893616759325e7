#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/commands.h"

// Commands that wait for their file; each answers with an error that names it.

namespace headrace::engine {

CommandAnswer Run(CommandContext&, const plan::AnalyzeTable&) { ThrowUnsupported("ANALYZE TABLE"); }

}  // namespace headrace::engine
