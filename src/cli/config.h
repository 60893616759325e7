#pragma once

#include <string>

#include "cli/server.h"

namespace headrace::cli {

/// Reads a TOML file into the options that the command line left at their defaults:
///
///     http = "127.0.0.1:8080"        connect = "127.0.0.1:15002"
///     memory_limit = "4GB"           mlflow_ui = "..."
///     tokens = "FILE"
///     [tls]    certificate = "FILE"  key = "FILE"
///     [serving]  request_timeout_seconds = 60  busy_seconds = 2  spare_workers = 2  standby = true
///     [spark]  "spark.sql.session.timeZone" = "UTC"
///
/// `[serving]` is about models that Python serves (serving::WorkerLimits).
/// Throws Error(kInvalidParameter) for a file that cannot be read and for names it does not know.
void ReadConfig(const std::string& file, ServeOptions& options);

}  // namespace headrace::cli
