#include <algorithm>
#include <array>

#include "functions/function.h"
#include "functions/internal_functions.h"

namespace headrace::functions {

bool IsInternalFunction(std::string_view name) {
  for (std::string_view internal : {"product", "freq_items", "likeany", "likeall", "notlikeany", "notlikeall", "mode_largest"}) {
    if (name == internal) return true;
  }
  return false;
}

bool IsMissing(std::string_view name) {
  static constexpr std::array kNames = std::to_array<std::string_view>({
      "approx_top_k",
      "approx_top_k_accumulate",
      "approx_top_k_combine",
      "approx_top_k_estimate",
      "collate",
      "collations",
      "count_min_sketch",
      "current_path",
      "from_avro",
      "from_protobuf",
      "from_xml",
      "input_file_block_length",
      "input_file_block_start",
      "is_valid_variant",
      "is_variant_null",
      "java_method",
      "measure",
      "parse_json",
      "python_worker_logs",
      "reflect",
      "schema_of_avro",
      "schema_of_variant",
      "schema_of_variant_agg",
      "schema_of_xml",
      "sql_keywords",
      "st_asbinary",
      "st_geogfromwkb",
      "st_geomfromwkb",
      "st_setsrid",
      "st_srid",
      "table_changes",
      "table_changes_by_path",
      "to_avro",
      "to_protobuf",
      "to_variant_object",
      "to_xml",
      "try_parse_json",
      "try_reflect",
      "try_variant_get",
      "variant_explode",
      "variant_explode_outer",
      "variant_get",
      "vector_avg",
      "vector_cosine_similarity",
      "vector_inner_product",
      "vector_l2_distance",
      "vector_norm",
      "vector_normalize",
      "vector_sum",
  });
  static_assert(std::is_sorted(kNames.begin(), kNames.end()));
  return std::binary_search(kNames.begin(), kNames.end(), name);
}

}  // namespace headrace::functions
