#include <algorithm>

#include "base/settings.h"

namespace headrace {

namespace {

using Type = Setting::Type;

Setting Text(std::string_view name, std::string_view value, std::string_view description) {
  return {.name = name, .default_value = value, .description = description};
}
Setting NoDefault(std::string_view name, std::string_view description) {
  return {.name = name, .has_default = false, .description = description};
}
Setting Bool(std::string_view name, bool value, std::string_view description) {
  return {.name = name, .type = Type::kBool, .default_value = value ? "true" : "false", .description = description};
}
Setting Number(Type type, std::string_view name, std::string_view value, std::string_view description) {
  return {.name = name, .type = type, .default_value = value, .description = description};
}
Setting Choice(std::string_view name, std::string_view value, std::string_view values, std::string_view description) {
  return {.name = name, .type = Type::kEnum, .default_value = value, .description = description, .values = values};
}
Setting Static(Setting setting) {
  setting.is_static = true;
  return setting;
}
Setting Ignored(Setting setting) {
  setting.no_effect = true;
  return setting;
}
Setting Only(Setting setting, std::string_view supported) {
  setting.supported = supported;
  return setting;
}

std::vector<Setting> Declare() {
  std::vector<Setting> all = {
      // Semantics.
      Bool("spark.sql.ansi.enabled", true, "Overflow, division by zero and bad casts are errors, as in the SQL standard."),
      Bool("spark.sql.ansi.enforceReservedKeywords", false, "Reserved words cannot be identifiers."),
      Bool("spark.sql.ansi.doubleQuotedIdentifiers", false, "Double quotes enclose identifiers, not strings."),
      Only(Bool("spark.sql.ansi.relationPrecedence", false, "JOIN binds tighter than a comma in FROM."), "false"),
      Bool("spark.sql.caseSensitive", false, "Whether names are compared with their case."),
      Text("spark.sql.session.timeZone", "UTC", "The zone of timestamps' fields, casts and texts."),
      Choice("spark.sql.timestampType", "TIMESTAMP_LTZ", "TIMESTAMP_LTZ|TIMESTAMP_NTZ", "What TIMESTAMP means."),
      Choice("spark.sql.storeAssignmentPolicy", "ANSI", "ANSI|LEGACY|STRICT", "Which casts a write may do by itself."),
      Choice("spark.sql.mapKeyDedupPolicy", "EXCEPTION", "EXCEPTION|LAST_WIN", "What equal keys of a map lead to."),
      Bool("spark.sql.decimalOperations.allowPrecisionLoss", true,
           "A decimal result that needs more than 38 digits loses scale instead of being null or an error."),
      Only(Bool("spark.sql.crossJoin.enabled", true, "Joins without a condition are allowed."), "true"),
      Bool("spark.sql.groupByOrdinal", true, "Integers in GROUP BY stand for columns."),
      Bool("spark.sql.orderByOrdinal", true, "Integers in ORDER BY stand for columns."),
      Bool("spark.sql.groupByAliases", true, "GROUP BY sees the select list's aliases."),
      Only(Choice("spark.sql.legacy.timeParserPolicy", "CORRECTED", "EXCEPTION|LEGACY|CORRECTED",
                  "How date patterns that changed their meaning are read."),
           "CORRECTED|EXCEPTION"),
      Bool("spark.sql.legacy.sizeOfNull", true, "size(null) is -1, when ANSI is off."),
      Only(Bool("spark.sql.legacy.allowNegativeScaleOfDecimal", false, "Decimals may have a negative scale."), "false"),
      Only(Bool("spark.sql.legacy.charVarcharAsString", false, "CHAR and VARCHAR are strings without a length check."), "false"),
      Bool("spark.sql.parser.escapedStringLiterals", false, "Backslashes in SQL strings stand for themselves."),
      Bool("spark.sql.parser.quotedRegexColumnNames", false, "Names in backquotes are regular expressions in SELECT."),
      Number(Type::kInt, "spark.sql.pivotMaxValues", "10000", "The most values of a pivot column found by itself."),
      Number(Type::kInt, "spark.sql.transposeMaxValues", "500", "The most rows that a transpose makes columns of."),
      Number(Type::kInt, "spark.sql.cteRecursionLevelLimit", "100",
             "How often a recursive query may run its step; -1: no limit."),
      Number(Type::kInt, "spark.sql.cteRecursionRowLimit", "1000000", "Rows at which a recursive query fails; -1: no limit."),
      Only(Text("spark.sql.session.collation.enabled", "false", "Session-wide collations."), "false"),
      Bool("spark.sql.collation.enabled", true, "COLLATE is allowed."),
      Text("spark.sql.variable.substitute", "true", "${name} in SQL text stands for a setting's value."),

      // Spark's semantics as they are: other values are refused.
      Only(Bool("spark.sql.allowNamedFunctionArguments", true, "Arguments may be given by name."), "true"),
      Only(Bool("spark.sql.analyzer.failAmbiguousSelfJoin", true, "Columns of a self-join that may be either's are errors."),
           "true"),
      Only(Bool("spark.sql.analyzer.strictDataFrameColumnResolution", true, "df.x is a column of df alone."), "true"),
      Only(NoDefault("spark.sql.binaryOutputStyle", "How show() writes binary values."), "HEX_DISCRETE"),
      Only(Bool("spark.sql.charAsVarchar", false, "CHAR is declared as VARCHAR."), "false"),
      Only(Bool("spark.sql.chunkBase64String.enabled", true, "base64() breaks its lines."), "true"),
      Only(Bool("spark.sql.csv.parser.columnPruning.enabled", true, "Only the columns that are asked for are parsed."), "true"),
      Only(Bool("spark.sql.defaultColumn.enabled", true, "Columns may have defaults."), "true"),
      Only(Bool("spark.sql.defaultColumn.useNullsForMissingDefaultValues", true, "Columns without a default get NULL."), "true"),
      Only(Bool("spark.sql.files.ignoreInvalidPartitionPaths", false, "Folders that are no partitions are passed over."),
           "false"),
      Only(Bool("spark.sql.function.concatBinaryAsString", false, "concat() of binary values is a string."), "false"),
      Only(Bool("spark.sql.function.eltOutputAsString", false, "elt() of binary values is a string."), "false"),
      Only(Bool("spark.sql.insertNestedTypeCoercion.enabled", false, "INSERT fills in missing fields of structs."), "false"),
      Only(Bool("spark.sql.json.enableExactStringParsing", true, "Numbers read as strings keep their text."), "true"),
      Only(Bool("spark.sql.json.enablePartialResults", true, "What fits of a broken JSON value is kept."), "true"),
      Only(Bool("spark.sql.jsonGenerator.writeNullIfWithDefaultValue", true, "NULL is written where a column has a default."),
           "true"),
      Only(Bool("spark.sql.lateralColumnAlias.enableImplicitResolution", true, "A select list sees its own aliases."), "true"),
      Only(Choice("spark.sql.legacy.ctePrecedencePolicy", "CORRECTED", "EXCEPTION|LEGACY|CORRECTED",
                  "Which of equal names counts."),
           "EXCEPTION|CORRECTED"),
      Only(NoDefault("spark.sql.legacy.csv.enableDateTimeParsingFallback", "CSV times are read as Spark 2 did."), "default"),
      Only(NoDefault("spark.sql.legacy.json.enableDateTimeParsingFallback", "JSON times are read as Spark 2 did."), "default"),
      Only(Bool("spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName", true, "Columns of pandas by name."), "true"),
      Only(Bool("spark.sql.legacy.followThreeValuedLogicInArrayExists", true, "exists() may be NULL."), "true"),
      Only(Bool("spark.sql.legacy.histogramNumericPropagateInputType", true, "histogram_numeric() keeps the type."), "true"),
      Only(Bool("spark.sql.legacy.literal.pickMinimumPrecision", true, "Integers become decimals of their digits."), "true"),
      Only(NoDefault("spark.sql.legacy.nullInEmptyListBehavior", "NULL IN () is NULL."), "false"),
      Only(Bool("spark.sql.legacy.setCommandRejectsSparkCoreConfs", true, "SET refuses settings of the core."), "true"),
      Only(Bool("spark.sql.legacy.viewSchemaBindingMode", true, "Views keep the columns they had."), "true"),
      Only(Bool("spark.sql.legacy.viewSchemaCompensation", true, "Views cast to the types they had."), "true"),
      Only(Bool("spark.sql.mergeNestedTypeCoercion.enabled", false, "MERGE fills in missing fields of structs."), "false"),
      Only(Bool("spark.sql.operatorPipeSyntaxEnabled", true, "|> is an operator."), "true"),
      Only(Bool("spark.sql.parquet.int96TimestampConversion", false, "INT96 timestamps of Impala are moved by the zone."),
           "false"),
      Only(Bool("spark.sql.preserveCharVarcharTypeInfo", false, "Columns keep the types CHAR and VARCHAR."), "false"),
      Only(Bool("spark.sql.readSideCharPadding", true, "CHAR is padded when it is read."), "true"),
      Only(Bool("spark.sql.runSQLOnFiles", true, "A format and a path name a table."), "true"),
      Only(Bool("spark.sql.selfJoinAutoResolveAmbiguity", true, "df.x = df.x of a self-join compares both sides."), "true"),
      Only(Bool("spark.sql.sources.validatePartitionColumns", true, "Folders' values must fit their type."), "true"),
      Only(Bool("spark.sql.stableDerivedColumnAlias.enabled", false, "Columns' names are made from their text."), "false"),
      Only(Text("spark.sql.timeTravelTimestampKey", "timestampAsOf", "The reader's option."), "timestampAsOf"),
      Only(Text("spark.sql.timeTravelVersionKey", "versionAsOf", "The reader's option."), "versionAsOf"),

      // Names and formats.
      Text("spark.sql.sources.default", "delta", "The format of tables and files that name none."),
      Choice("spark.sql.sources.partitionOverwriteMode", "STATIC", "STATIC|DYNAMIC",
             "Whether an overwrite replaces the whole table or the partitions it writes."),
      Bool("spark.sql.sources.partitionColumnTypeInference.enabled", true, "Types of partition values are inferred."),
      Ignored(Number(Type::kInt, "spark.sql.sources.parallelPartitionDiscovery.threshold", "32", "Paths listed one by one.")),
      Only(Text("spark.sql.defaultCatalog", "spark_catalog", "The catalog a session starts in."), "spark_catalog"),
      Static(NoDefault("spark.sql.warehouse.dir", "Where tables without a location are kept: <root>/warehouse.")),
      Static(Text("spark.sql.catalogImplementation", "in-memory", "As Spark names a catalog without Hive.")),
      Static(NoDefault("spark.sql.extensions", "Delta's extension is always present.")),
      Static(Text("spark.sql.globalTempDatabase", "global_temp", "The schema of global temporary views.")),
      Choice("spark.sql.parquet.compression.codec", "SNAPPY", "NONE|UNCOMPRESSED|SNAPPY|GZIP|LZO|BROTLI|LZ4|LZ4_RAW|ZSTD",
             "Compression of written Parquet files."),
      Bool("spark.sql.parquet.mergeSchema", false, "Schemas of all Parquet files are merged."),
      Ignored(Bool("spark.sql.parquet.filterPushdown", true, "Filters skip row groups.")),
      Only(Choice("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS", "INT96|TIMESTAMP_MICROS|TIMESTAMP_MILLIS",
                  "The unit of written timestamps."),
           "TIMESTAMP_MICROS"),
      Only(Bool("spark.sql.parquet.binaryAsString", false, "Binary columns of foreign files are strings."), "false"),
      Bool("spark.sql.files.ignoreCorruptFiles", false, "Files that cannot be read are skipped."),
      Bool("spark.sql.files.ignoreMissingFiles", false, "Files that vanish are skipped."),
      Ignored(Number(Type::kBytes, "spark.sql.files.maxPartitionBytes", "134217728b", "The most bytes of a read's partition.")),
      Number(Type::kLong, "spark.sql.files.maxRecordsPerFile", "0", "The most rows of a written file; 0 is no limit."),
      Text("spark.sql.columnNameOfCorruptRecord", "_corrupt_record", "The column for lines that are not JSON or CSV."),
      Only(Bool("spark.sql.legacy.json.allowEmptyString.enabled", false, "Empty strings are null for other types."), "false"),

      Choice("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED", "EXCEPTION|LEGACY|CORRECTED",
             "The calendar of dates in Parquet files that do not say."),
      Only(Choice("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED", "EXCEPTION|LEGACY|CORRECTED",
                  "The calendar of dates in written Parquet files."),
           "EXCEPTION|CORRECTED"),
      Choice("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED", "EXCEPTION|LEGACY|CORRECTED",
             "The calendar of INT96 timestamps in Parquet files that do not say."),
      Ignored(Choice("spark.sql.parquet.int96RebaseModeInWrite", "CORRECTED", "EXCEPTION|LEGACY|CORRECTED",
                     "The calendar of written INT96 timestamps; there are none.")),
      Ignored(Bool("spark.sql.legacy.createHiveTableByDefault", false, "Tables without a format are Hive's.")),

      // Delta.
      Bool("spark.databricks.delta.allowArbitraryProperties.enabled", false, "Unknown delta. properties are kept."),
      Bool("spark.databricks.delta.schema.autoMerge.enabled", false, "Writes and MERGE add missing columns."),
      Bool("spark.databricks.delta.retentionDurationCheck.enabled", true, "VACUUM refuses a short retention."),
      Bool("spark.databricks.delta.replaceWhere.constraintCheck.enabled", true,
           "Rows written by replaceWhere must match its condition."),
      Only(Bool("spark.databricks.delta.replaceWhere.dataColumns.enabled", true, "replaceWhere may use any column."), "true"),
      Ignored(Bool("spark.databricks.delta.optimizeWrite.enabled", false, "Writes bin-pack their files.")),
      Ignored(Bool("spark.databricks.delta.autoCompact.enabled", false, "Small files are compacted after a write.")),
      Ignored(Bool("spark.databricks.delta.stats.collect", true, "Statistics are written for every file.")),
      Ignored(Bool("spark.databricks.delta.stats.skipping", true, "Statistics prune files.")),
      Ignored(Bool("spark.databricks.delta.merge.repartitionBeforeWrite.enabled", true, "MERGE writes few files a partition.")),
      Ignored(Bool("spark.databricks.delta.optimize.repartition.enabled", false, "OPTIMIZE shuffles instead of coalescing.")),
      Number(Type::kLong, "spark.databricks.delta.optimize.minFileSize", "1073741824", "OPTIMIZE takes smaller files."),
      Number(Type::kLong, "spark.databricks.delta.optimize.maxFileSize", "1073741824", "OPTIMIZE's target size."),
      Ignored(Bool("spark.databricks.delta.vacuum.parallelDelete.enabled", false, "VACUUM deletes with several threads.")),
      Bool("spark.databricks.delta.constraints.allowUnenforcedNotNull.enabled", false,
           "NOT NULL below arrays and maps is allowed though it is not checked."),

      // Limits and shapes of answers.
      Number(Type::kInt, "spark.sql.repl.eagerEval.maxNumRows", "20", "Rows a notebook shows."),
      Bool("spark.sql.repl.eagerEval.enabled", false, "Notebooks show frames' rows."),
      Number(Type::kInt, "spark.sql.repl.eagerEval.truncate", "20", "Characters of a cell a notebook shows."),
      Ignored(Number(Type::kInt, "spark.sql.debug.maxToStringFields", "25", "Fields shown of a wide plan node.")),
      Ignored(Text("spark.sql.redaction.string.regex", "", "What explain() hides.")),

      // Spark Connect.
      Text("spark.connect.session.planCompression.threshold", "10485760", "Plans of more bytes are sent compressed."),
      Choice("spark.connect.session.planCompression.defaultAlgorithm", "ZSTD", "ZSTD|NONE", "How they are compressed."),
      Number(Type::kBytes, "spark.connect.grpc.arrow.maxBatchSize", "4194304", "The most bytes of an Arrow message."),
      Static(Number(Type::kBytes, "spark.connect.grpc.maxInboundMessageSize", "134217728", "The largest request.")),
      Number(Type::kBytes, "spark.connect.session.resultChunking.maxChunkSize", "16777216",
             "The most bytes of one piece of an Arrow batch, for clients that take pieces."),
      Number(Type::kDuration, "spark.connect.execute.reattachable.senderMaxStreamDuration", "2m",
             "A response stream ends after this time and the client reattaches."),
      Number(Type::kBytes, "spark.connect.execute.reattachable.senderMaxStreamSize", "1g",
             "A response stream ends after this many bytes and the client reattaches."),
      Number(Type::kBytes, "spark.connect.execute.reattachable.observerRetryBufferSize", "10m",
             "Bytes of sent responses kept for a client that lost its connection."),
      Number(Type::kLong, "spark.sql.session.localRelationCacheThreshold", "1048576",
             "Local data of more bytes is sent as an artifact."),
      Number(Type::kLong, "spark.sql.session.localRelationSizeLimit", "3221225472", "The most bytes of local data."),
      Number(Type::kInt, "spark.sql.session.localRelationChunkSizeRows", "10000", "Rows of a piece of local data."),
      Number(Type::kLong, "spark.sql.session.localRelationChunkSizeBytes", "16777216", "Bytes of such a piece."),
      Number(Type::kLong, "spark.sql.session.localRelationBatchOfChunksSizeBytes", "1073741824",
             "Bytes of pieces sent together."),
      Bool("spark.sql.connect.serverStacktrace.enabled", false, "Errors show the server's stack; there is none."),

      // PySpark's own.
      Bool("spark.sql.execution.arrow.pyspark.enabled", false, "Arrow for toPandas; always used over Connect."),
      Bool("spark.sql.execution.arrow.pyspark.fallback.enabled", true, "Rows instead of Arrow when Arrow fails."),
      Bool("spark.sql.execution.arrow.pyspark.selfDestruct.enabled", false, "toPandas frees its Arrow buffers early."),
      Ignored(Number(Type::kInt, "spark.sql.execution.arrow.maxRecordsPerBatch", "10000", "Rows of a batch for Python workers.")),
      Ignored(Number(Type::kBytes, "spark.sql.execution.arrow.maxBytesPerBatch", "268435456", "Bytes of such a batch.")),
      Bool("spark.sql.execution.arrow.useLargeVarTypes", false, "Strings with 64-bit offsets."),
      Choice("spark.sql.execution.pandas.structHandlingMode", "legacy", "legacy|row|dict", "Structs in toPandas."),
      Bool("spark.sql.execution.pandas.convertToArrowArraySafely", true, "Lossy conversions from pandas are errors."),
      Bool("spark.sql.execution.pandas.inferPandasDictAsMap", false, "Dictionaries of pandas become maps."),
      Bool("spark.sql.pyspark.inferNestedDictAsStruct.enabled", false, "Nested dictionaries become structs."),
      Bool("spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", false, "Arrays' type from one element."),
      Bool("spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", true, "Maps' type from one pair."),
      Bool("spark.sql.pyspark.jvmStacktrace.enabled", false, "Server stack traces in Python errors."),
      NoDefault("spark.sql.pyspark.udf.profiler", "Profiles Python functions: perf or memory."),
      NoDefault("spark.sql.pyspark.dataSource.profiler", "Profiles Python data sources."),
      NoDefault("spark.sql.pyspark.worker.logging.enabled", "Logs of Python workers as a table."),
      Bool("spark.sql.execution.pythonUDF.arrow.enabled", true, "Python functions take Arrow batches."),
      Bool("spark.sql.execution.pythonUDTF.arrow.enabled", false, "Python table functions take Arrow batches."),
      Number(Type::kInt, "spark.sql.pyspark.plotting.max_rows", "1000", "Rows a plot takes."),
      Number(Type::kInt, "spark.sql.stackTracesInDataFrameContext", "1", "Call sites kept with a DataFrame call."),
      Bool("spark.sql.dataFrameQueryContext.enabled", true, "Errors name the DataFrame call they come from."),

      // Streaming.
      NoDefault("spark.sql.streaming.checkpointLocation", "Where queries without a location keep their checkpoints."),
      Bool("spark.sql.streaming.schemaInference", false, "Schemas of streamed files are inferred."),

      // Execution: accepted, because programs set them.
      Ignored(Text("spark.sql.shuffle.partitions", "200", "Partitions of a shuffle, or auto.")),
      Ignored(Bool("spark.sql.adaptive.enabled", true, "Plans adapt to sizes seen at run time.")),
      Ignored(Bool("spark.sql.adaptive.coalescePartitions.enabled", true, "Small partitions are merged.")),
      Ignored(Bool("spark.sql.adaptive.skewJoin.enabled", true, "Skewed partitions are split.")),
      Ignored(Bool("spark.sql.adaptive.localShuffleReader.enabled", true, "Shuffles are read locally.")),
      Ignored(Number(Type::kBytes, "spark.sql.adaptive.advisoryPartitionSizeInBytes", "67108864b", "Target size.")),
      Ignored(Number(Type::kBytes, "spark.sql.autoBroadcastJoinThreshold", "10485760b", "Sides broadcast by size.")),
      Ignored(Number(Type::kInt, "spark.sql.broadcastTimeout", "300", "Seconds a broadcast may take.")),
      Ignored(Bool("spark.sql.join.preferSortMergeJoin", true, "Joins sort rather than hash.")),
      Ignored(Bool("spark.sql.codegen.wholeStage", true, "Operators are compiled together.")),
      Ignored(Bool("spark.sql.cbo.enabled", false, "Plans by statistics.")),
      Ignored(Bool("spark.sql.cbo.joinReorder.enabled", false, "Joins are reordered by statistics.")),
      Ignored(Bool("spark.sql.inMemoryColumnarStorage.compressed", true, "Cached columns are compressed.")),
      Ignored(Number(Type::kInt, "spark.sql.inMemoryColumnarStorage.batchSize", "10000", "Rows of a cached batch.")),
      Ignored(Bool("spark.sql.parquet.enableVectorizedReader", true, "Parquet is read in batches.")),
      Ignored(Bool("spark.sql.optimizer.dynamicPartitionPruning.enabled", true, "Joins prune partitions.")),
      Ignored(Text("spark.sql.optimizer.excludedRules", "", "Rules the optimizer leaves out.")),
      Ignored(Number(Type::kBytes, "spark.sql.maxBroadcastTableSize", "8589934592b", "The largest broadcast.")),
      Ignored(Static(Text("spark.app.name", "Headrace", "The application's name."))),
      Ignored(Static(Text("spark.master", "local[*]", "Where Spark runs."))),
      Ignored(Static(Text("spark.app.id", "headrace", "The application's id."))),
      Ignored(Number(Type::kInt, "spark.default.parallelism", "2", "Partitions of RDDs.")),
      Ignored(Text("spark.driver.memory", "1g", "The driver's heap.")),
      Ignored(Text("spark.executor.memory", "1g", "An executor's heap.")),
      Ignored(Text("spark.executor.cores", "1", "An executor's cores.")),
      Ignored(Text("spark.serializer", "org.apache.spark.serializer.JavaSerializer", "How objects are serialized.")),
  };
  std::sort(all.begin(), all.end(), [](const Setting& a, const Setting& b) { return a.name < b.name; });
  return all;
}

}  // namespace

const std::vector<Setting>& DeclaredSettings() {
  static const std::vector<Setting> settings = Declare();
  return settings;
}

}  // namespace headrace
