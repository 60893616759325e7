#include <spark/connect/base.pb.h>
#include <spark/connect/relations.pb.h>

#include <unordered_map>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace sc = ::spark::connect;
using plan::RelationPtr;
using Node = plan::Relation::Node;

namespace {

template <typename Map>
plan::Options ToOptions(const Map& map) {
  return {map.begin(), map.end()};
}

template <typename Repeated>
std::vector<std::string> Strings(const Repeated& strings) {
  return {strings.begin(), strings.end()};
}

plan::ExpressionPtr Count(int32_t value) { return plan::IntLiteral(value); }

}  // namespace

RelationPtr PlanDecoder::Input(bool present, const sc::Relation& relation) { return present ? Relation(relation) : nullptr; }

plan::SqlText PlanDecoder::SqlNode(const sc::SQL& sql) {
  plan::SqlText text;
  text.text = sql.query();
  for (const auto& [name, literal] : sql.args()) text.named_arguments[name] = plan::Make(Literal(literal));
  for (const auto& literal : sql.pos_args()) text.positional_arguments.push_back(plan::Make(Literal(literal)));
  for (const auto& [name, argument] : sql.named_arguments()) text.named_arguments[name] = Expression(argument);
  for (const auto& argument : sql.pos_arguments()) text.positional_arguments.push_back(Expression(argument));
  if (!text.named_arguments.empty() && !text.positional_arguments.empty()) {
    ThrowInvalidPlan("SQL_ARGUMENTS", "A query has named or positional arguments, not both.");
  }
  return text;
}

/// One small decoder per kind of relation, by the number of its protobuf field.
struct RelationDecoders {
  using Decoder = Node (*)(PlanDecoder&, const sc::Relation&);

  static Node Read(PlanDecoder& d, const sc::Relation& r) {
    const auto& read = r.read();
    if (read.has_named_table()) {
      plan::ReadTable node;
      node.name = ParseMultipartName(read.named_table().unparsed_identifier());
      node.options = ToOptions(read.named_table().options());
      node.streaming = read.is_streaming();
      return node;
    }
    if (!read.has_data_source()) ThrowInvalidPlan("READ_TYPE", "A read without a table or a data source.");
    const auto& source = read.data_source();
    if (!source.predicates().empty()) ThrowUnsupported("JDBC reads with predicates");
    plan::ReadFiles node;
    node.format = source.format();
    if (source.has_schema() && !source.schema().empty()) node.schema = d.SchemaText(source.schema());
    node.options = ToOptions(source.options());
    node.paths = Strings(source.paths());
    node.streaming = read.is_streaming();
    return node;
  }
  static Node Project(PlanDecoder& d, const sc::Relation& r) {
    return plan::Project{d.Input(r.project().has_input(), r.project().input()), d.List(r.project().expressions())};
  }
  static Node Filter(PlanDecoder& d, const sc::Relation& r) {
    return plan::Filter{d.Relation(r.filter().input()), d.Expression(r.filter().condition())};
  }
  static Node SetOp(PlanDecoder& d, const sc::Relation& r) {
    const auto& op = r.set_op();
    plan::SetOperation node;
    node.left = d.Relation(op.left_input());
    node.right = d.Relation(op.right_input());
    switch (op.set_op_type()) {
      case sc::SetOperation_SetOpType_SET_OP_TYPE_INTERSECT:
        node.kind = plan::SetOperation::Kind::kIntersect;
        break;
      case sc::SetOperation_SetOpType_SET_OP_TYPE_UNION:
        node.kind = plan::SetOperation::Kind::kUnion;
        break;
      case sc::SetOperation_SetOpType_SET_OP_TYPE_EXCEPT:
        node.kind = plan::SetOperation::Kind::kExcept;
        break;
      default:
        ThrowInvalidPlan("SET_OP_TYPE", "The set operation's type is not set.");
    }
    node.all = op.is_all();
    node.by_name = op.by_name();
    node.allow_missing_columns = op.allow_missing_columns();
    return node;
  }
  static Node Sort(PlanDecoder& d, const sc::Relation& r) {
    plan::Sort node;
    node.input = d.Relation(r.sort().input());
    node.order = d.Orders(r.sort().order());
    node.global = !r.sort().has_is_global() || r.sort().is_global();
    return node;
  }
  static Node Aggregate(PlanDecoder& d, const sc::Relation& r) {
    using Kind = plan::Aggregate::Kind;
    const auto& aggregate = r.aggregate();
    plan::Aggregate node;
    node.from_dataframe = true;
    node.input = d.Relation(aggregate.input());
    switch (aggregate.group_type()) {
      case sc::Aggregate_GroupType_GROUP_TYPE_GROUPBY:
        node.kind = Kind::kGroupBy;
        break;
      case sc::Aggregate_GroupType_GROUP_TYPE_ROLLUP:
        node.kind = Kind::kRollup;
        break;
      case sc::Aggregate_GroupType_GROUP_TYPE_CUBE:
        node.kind = Kind::kCube;
        break;
      case sc::Aggregate_GroupType_GROUP_TYPE_PIVOT:
        node.kind = Kind::kPivot;
        break;
      case sc::Aggregate_GroupType_GROUP_TYPE_GROUPING_SETS:
        node.kind = Kind::kGroupingSets;
        break;
      default:
        ThrowInvalidPlan("GROUP_TYPE", "The aggregate's group type is not set.");
    }
    node.grouping = d.List(aggregate.grouping_expressions());
    node.aggregates = d.List(aggregate.aggregate_expressions());
    for (const auto& set : aggregate.grouping_sets()) node.grouping_sets.push_back(d.List(set.grouping_set()));
    if (node.kind == Kind::kPivot) {
      if (!aggregate.has_pivot()) {
        ThrowInvalidPlan("AGGREGATE_WITH_PIVOT_REQUIRES_PIVOT", "Aggregate with GROUP_TYPE_PIVOT requires a Pivot");
      }
      node.pivot_column = d.Expression(aggregate.pivot().col());
      for (const auto& value : aggregate.pivot().values()) node.pivot_values.push_back(plan::Make(d.Literal(value)));
    }
    return node;
  }
  static Node LocalRelation(PlanDecoder& d, const sc::Relation& r) {
    plan::LocalRelation node;
    if (r.local_relation().has_data()) {
      node.arrow_ipc = std::make_shared<const std::string>(r.local_relation().data());
    }
    if (r.local_relation().has_schema() && !r.local_relation().schema().empty()) {
      node.schema = d.SchemaText(r.local_relation().schema());
    }
    if (!node.arrow_ipc && !node.schema) {
      ThrowInvalidPlan("SCHEMA_REQUIRED_FOR_LOCAL_RELATION",
                       "Schema for LocalRelation is required when the input data is "
                       "not provided.");
    }
    return node;
  }
  static Node Sample(PlanDecoder& d, const sc::Relation& r) {
    const auto& sample = r.sample();
    plan::Sample node;
    node.input = d.Relation(sample.input());
    node.lower = sample.lower_bound();
    node.upper = sample.upper_bound();
    node.with_replacement = sample.with_replacement();
    if (sample.has_seed()) node.seed = sample.seed();
    return node;
  }
  static Node Deduplicate(PlanDecoder& d, const sc::Relation& r) {
    plan::Deduplicate node;
    node.input = d.Relation(r.deduplicate().input());
    node.columns = Strings(r.deduplicate().column_names());
    node.all_columns = r.deduplicate().all_columns_as_keys();
    node.within_watermark = r.deduplicate().within_watermark();
    if (node.columns.empty() && !node.all_columns) {
      ThrowInvalidPlan("DEDUPLICATE_REQUIRES_COLUMNS_OR_ALL",
                       "Deduplicate requires to either deduplicate on all columns or "
                       "a subset of columns");
    }
    return node;
  }
  static Node Range(PlanDecoder&, const sc::Relation& r) {
    plan::Range node;
    node.start = r.range().start();
    node.end = r.range().end();
    node.step = r.range().step();
    if (r.range().has_num_partitions()) node.partitions = r.range().num_partitions();
    return node;
  }
  static Node SubqueryAlias(PlanDecoder& d, const sc::Relation& r) {
    plan::SubqueryAlias node;
    node.input = d.Relation(r.subquery_alias().input());
    node.alias = Strings(r.subquery_alias().qualifier());
    node.alias.push_back(r.subquery_alias().alias());
    return node;
  }
  static Node Repartition(PlanDecoder& d, const sc::Relation& r) {
    plan::Repartition node;
    node.input = d.Relation(r.repartition().input());
    node.partitions = r.repartition().num_partitions();
    node.shuffle = r.repartition().shuffle();
    return node;
  }
  static Node RepartitionBy(PlanDecoder& d, const sc::Relation& r) {
    plan::Repartition node;
    node.input = d.Relation(r.repartition_by_expression().input());
    node.expressions = d.List(r.repartition_by_expression().partition_exprs());
    if (r.repartition_by_expression().has_num_partitions()) {
      node.partitions = r.repartition_by_expression().num_partitions();
    }
    return node;
  }
  static Node Renamed(PlanDecoder& d, const sc::Relation& r) {
    plan::WithColumnsRenamed node;
    node.input = d.Relation(r.with_columns_renamed().input());
    for (const auto& rename : r.with_columns_renamed().renames()) {
      node.renames.emplace_back(rename.col_name(), rename.new_col_name());
    }
    for (const auto& [from, to] : r.with_columns_renamed().rename_columns_map()) node.renames.emplace_back(from, to);
    return node;
  }
  static Node WithColumns(PlanDecoder& d, const sc::Relation& r) {
    plan::WithColumns node;
    node.input = d.Relation(r.with_columns().input());
    for (const auto& alias : r.with_columns().aliases()) node.columns.push_back(d.Alias(alias));
    return node;
  }
  static Node Show(PlanDecoder& d, const sc::Relation& r) {
    const auto& show = r.show_string();
    return plan::ShowString{d.Relation(show.input()), show.num_rows(), show.truncate(), show.vertical(), false};
  }
  static Node Html(PlanDecoder& d, const sc::Relation& r) {
    const auto& html = r.html_string();
    return plan::ShowString{d.Relation(html.input()), html.num_rows(), html.truncate(), false, true};
  }
  static Node Drop(PlanDecoder& d, const sc::Relation& r) {
    return plan::Drop{d.Relation(r.drop().input()), d.List(r.drop().columns()), Strings(r.drop().column_names())};
  }
  static Node Unpivot(PlanDecoder& d, const sc::Relation& r) {
    const auto& unpivot = r.unpivot();
    plan::Unpivot node;
    node.input = d.Relation(unpivot.input());
    node.ids = d.List(unpivot.ids());
    if (unpivot.has_values()) {
      node.values.emplace();
      for (const auto& value : unpivot.values().values()) node.values->push_back({d.Expression(value)});
    }
    node.variable_name = unpivot.variable_column_name();
    node.value_names = {unpivot.value_column_name()};
    return node;
  }
  static Node CollectMetrics(PlanDecoder& d, const sc::Relation& r) {
    return plan::CollectMetrics{d.Relation(r.collect_metrics().input()), r.collect_metrics().name(),
                                d.List(r.collect_metrics().metrics())};
  }
  static Node Parse(PlanDecoder& d, const sc::Relation& r) {
    plan::ParseText node;
    node.input = d.Relation(r.parse().input());
    switch (r.parse().format()) {
      case sc::Parse_ParseFormat_PARSE_FORMAT_CSV:
        node.format = "csv";
        break;
      case sc::Parse_ParseFormat_PARSE_FORMAT_JSON:
        node.format = "json";
        break;
      case sc::Parse_ParseFormat_PARSE_FORMAT_XML:
        node.format = "xml";
        break;
      default:
        ThrowInvalidPlan("PARSE_FORMAT", "The format of the text is not set.");
    }
    if (r.parse().has_schema()) node.schema = d.SchemaType(r.parse().schema());
    node.options = ToOptions(r.parse().options());
    return node;
  }
  static Node WithRelations(PlanDecoder& d, const sc::Relation& r) {
    plan::WithRelations node;
    node.root = d.Relation(r.with_relations().root());
    for (const auto& reference : r.with_relations().references()) node.references.push_back(d.Relation(reference));
    return node;
  }
  static Node NaFill(PlanDecoder& d, const sc::Relation& r) {
    plan::NaFill node;
    node.input = d.Relation(r.fill_na().input());
    node.columns = Strings(r.fill_na().cols());
    for (const auto& value : r.fill_na().values()) node.values.push_back(d.Literal(value));
    return node;
  }
  static Node NaDrop(PlanDecoder& d, const sc::Relation& r) {
    plan::NaDrop node;
    node.input = d.Relation(r.drop_na().input());
    node.columns = Strings(r.drop_na().cols());
    if (r.drop_na().has_min_non_nulls()) node.min_non_nulls = r.drop_na().min_non_nulls();
    return node;
  }
  static Node NaReplace(PlanDecoder& d, const sc::Relation& r) {
    plan::NaReplace node;
    node.input = d.Relation(r.replace().input());
    node.columns = Strings(r.replace().cols());
    for (const auto& pair : r.replace().replacements()) {
      node.replacements.emplace_back(d.Literal(pair.old_value()), d.Literal(pair.new_value()));
    }
    return node;
  }
  template <typename Message>
  static plan::Statistics Stat(PlanDecoder& d, const Message& message, const char* kind) {
    plan::Statistics node;
    node.input = d.Relation(message.input());
    node.kind = kind;
    return node;
  }
  static Node Summary(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.summary(), "summary");
    node.statistics = Strings(r.summary().statistics());
    return node;
  }
  static Node Describe(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.describe(), "describe");
    node.columns = Strings(r.describe().cols());
    return node;
  }
  static Node Crosstab(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.crosstab(), "crosstab");
    node.columns = {r.crosstab().col1(), r.crosstab().col2()};
    return node;
  }
  static Node Cov(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.cov(), "cov");
    node.columns = {r.cov().col1(), r.cov().col2()};
    return node;
  }
  static Node Corr(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.corr(), "corr");
    node.columns = {r.corr().col1(), r.corr().col2()};
    node.method = r.corr().has_method() ? r.corr().method() : "pearson";
    return node;
  }
  static Node Quantile(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.approx_quantile(), "approx_quantile");
    node.columns = Strings(r.approx_quantile().cols());
    node.probabilities.assign(r.approx_quantile().probabilities().begin(), r.approx_quantile().probabilities().end());
    node.number = r.approx_quantile().relative_error();
    return node;
  }
  static Node FreqItems(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.freq_items(), "freq_items");
    node.columns = Strings(r.freq_items().cols());
    node.number = r.freq_items().has_support() ? r.freq_items().support() : 0.01;
    return node;
  }
  static Node SampleBy(PlanDecoder& d, const sc::Relation& r) {
    auto node = Stat(d, r.sample_by(), "sample_by");
    node.stratum = d.Expression(r.sample_by().col());
    for (const auto& fraction : r.sample_by().fractions()) {
      node.fractions.emplace_back(d.Literal(fraction.stratum()), fraction.fraction());
    }
    if (r.sample_by().has_seed()) node.seed = r.sample_by().seed();
    return node;
  }
  template <const char* const& Feature>
  static Node Unsupported(PlanDecoder&, const sc::Relation&) {
    return plan::UnsupportedRelation{Feature};
  }

  static const std::unordered_map<int, Decoder>& Table();
};

namespace {
constexpr const char* kPythonMap = "Python UDFs (mapInPandas, mapInArrow)";
constexpr const char* kGroupMap = "Python UDFs (applyInPandas, applyInArrow, transformWithState)";
constexpr const char* kCoGroupMap = "Python UDFs (cogroup)";
constexpr const char* kPandasState = "Python UDFs (applyInPandasWithState)";
constexpr const char* kPythonUdtf = "Python UDTFs";
constexpr const char* kDataSource = "Python data sources";
constexpr const char* kMl = "Spark ML over Connect";
constexpr const char* kChanges = "change data feeds of relations";
constexpr const char* kNearest = "nearest-by joins";
}  // namespace

const std::unordered_map<int, RelationDecoders::Decoder>& RelationDecoders::Table() {
  using R = sc::Relation;
  static const std::unordered_map<int, Decoder> table = {
      {R::kRead, Read},
      {R::kProject, Project},
      {R::kFilter, Filter},
      {R::kJoin, [](PlanDecoder& d, const R& r) -> Node { return d.JoinNode(r.join()); }},
      {R::kSetOp, SetOp},
      {R::kSort, Sort},
      {R::kLimit,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::Limit{d.Relation(r.limit().input()), Count(r.limit().limit())};
       }},
      {R::kAggregate, Aggregate},
      {R::kSql, [](PlanDecoder& d, const R& r) -> Node { return d.SqlNode(r.sql()); }},
      {R::kLocalRelation, LocalRelation},
      {R::kSample, Sample},
      {R::kOffset,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::Offset{d.Relation(r.offset().input()), Count(r.offset().offset())};
       }},
      {R::kDeduplicate, Deduplicate},
      {R::kRange, Range},
      {R::kSubqueryAlias, SubqueryAlias},
      {R::kRepartition, Repartition},
      {R::kToDf,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::ToDf{d.Relation(r.to_df().input()), Strings(r.to_df().column_names())};
       }},
      {R::kWithColumnsRenamed, Renamed},
      {R::kShowString, Show},
      {R::kDrop, Drop},
      {R::kTail,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::Tail{d.Relation(r.tail().input()), r.tail().limit()};
       }},
      {R::kWithColumns, WithColumns},
      {R::kHint,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::Hint{d.Relation(r.hint().input()), r.hint().name(), d.List(r.hint().parameters())};
       }},
      {R::kUnpivot, Unpivot},
      {R::kToSchema,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::ToSchema{d.Relation(r.to_schema().input()), d.SchemaType(r.to_schema().schema())};
       }},
      {R::kRepartitionByExpression, RepartitionBy},
      {R::kMapPartitions, Unsupported<kPythonMap>},
      {R::kCollectMetrics, CollectMetrics},
      {R::kParse, Parse},
      {R::kGroupMap, Unsupported<kGroupMap>},
      {R::kCoGroupMap, Unsupported<kCoGroupMap>},
      {R::kWithWatermark,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::WithWatermark{d.Relation(r.with_watermark().input()), r.with_watermark().event_time(),
                                    r.with_watermark().delay_threshold()};
       }},
      {R::kApplyInPandasWithState, Unsupported<kPandasState>},
      {R::kHtmlString, Html},
      {R::kCachedLocalRelation,
       [](PlanDecoder& d, const R& r) -> Node { return d.CachedLocal(r.cached_local_relation().hash()); }},
      {R::kCachedRemoteRelation,
       [](PlanDecoder&, const R& r) -> Node { return plan::CachedRemote{r.cached_remote_relation().relation_id()}; }},
      {R::kCommonInlineUserDefinedTableFunction, Unsupported<kPythonUdtf>},
      {R::kAsOfJoin, [](PlanDecoder& d, const R& r) -> Node { return d.AsOfJoinNode(r.as_of_join()); }},
      {R::kCommonInlineUserDefinedDataSource, Unsupported<kDataSource>},
      {R::kWithRelations, WithRelations},
      {R::kTranspose,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::Transpose{d.Relation(r.transpose().input()), d.List(r.transpose().index_columns())};
       }},
      {R::kUnresolvedTableValuedFunction,
       [](PlanDecoder& d, const R& r) -> Node {
         return plan::TableFunction{ParseMultipartName(r.unresolved_table_valued_function().function_name()),
                                    d.List(r.unresolved_table_valued_function().arguments())};
       }},
      {R::kLateralJoin, [](PlanDecoder& d, const R& r) -> Node { return d.LateralJoinNode(r.lateral_join()); }},
      {R::kChunkedCachedLocalRelation,
       [](PlanDecoder& d, const R& r) -> Node { return d.ChunkedLocal(r.chunked_cached_local_relation()); }},
      {R::kRelationChanges, Unsupported<kChanges>},
      {R::kNearestByJoin, Unsupported<kNearest>},
      {R::kFillNa, NaFill},
      {R::kDropNa, NaDrop},
      {R::kReplace, NaReplace},
      {R::kSummary, Summary},
      {R::kCrosstab, Crosstab},
      {R::kDescribe, Describe},
      {R::kCov, Cov},
      {R::kCorr, Corr},
      {R::kApproxQuantile, Quantile},
      {R::kFreqItems, FreqItems},
      {R::kSampleBy, SampleBy},
      {R::kCatalog, [](PlanDecoder& d, const R& r) { return d.CatalogNode(r.catalog()); }},
      {R::kMlRelation, Unsupported<kMl>},
  };
  return table;
}

RelationPtr PlanDecoder::Relation(const sc::Relation& relation) {
  if (relation.rel_type_case() == sc::Relation::kExtension) return Extension(relation.extension(), relation);
  const auto& table = RelationDecoders::Table();
  auto decoder = table.find(relation.rel_type_case());
  if (decoder == table.end()) ThrowInvalidPlan("RELATION_NOT_SET", "A relation is not set or not known.");
  Node node = decoder->second(*this, relation);
  return std::make_shared<const plan::Relation>(
      plan::Relation{std::move(node), DecodeOrigin(relation.common().origin()),
                     relation.common().has_plan_id() ? relation.common().plan_id() : -1});
}

}  // namespace headrace::connect
