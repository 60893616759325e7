#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/commands.h"

// Commands that wait for their file; each answers with an error that names it.

namespace headrace::engine {

CommandAnswer Run(CommandContext&, const plan::AnalyzeTable&) { ThrowUnsupported("ANALYZE TABLE"); }
CommandAnswer Run(CommandContext&, const plan::Show&) { ThrowUnsupported("SHOW"); }
CommandAnswer Run(CommandContext&, const plan::Describe&) { ThrowUnsupported("DESCRIBE"); }
analysis::TypedRelationPtr RunCatalogCall(CommandContext&, const plan::CatalogCall& call) {
  ThrowUnsupported("Catalog." + call.operation);
}

// scan_text.cc and scan_delta_reader.cc
plan::Schema InferTextSchema(Engine&, const std::shared_ptr<Session>&, const analysis::TypedScan& scan) {
  ThrowUnsupported("schema inference of " + scan.format + " files");
}
duckdb::unique_ptr<duckdb::TableRef> LowerTextScan(Engine&, const std::shared_ptr<Session>&,
                                                   const analysis::TypedScan& scan, bool,
                                                   std::vector<std::shared_ptr<void>>&) {
  ThrowUnsupported("reading " + scan.format + " files");
}

}  // namespace headrace::engine
