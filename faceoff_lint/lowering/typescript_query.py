"""Which nodes of a TypeScript tree are types, in tree-sitter's query language.

Captures: ``type`` is blanked wherever it stands; ``statement`` and ``member`` are blanked whole;
each of the others has a method of its own in ``typescript_erasure``.
"""

from __future__ import annotations

__all__ = ["ASSERTIONS", "QUERY"]

QUERY = """
[
  (type_annotation) (type_predicate_annotation) (asserts_annotation)
  (adding_type_annotation) (omitting_type_annotation) (opting_type_annotation)
  (type_parameters) (type_arguments) (implements_clause) (accessibility_modifier)
  (override_modifier)
] @type

(optional_parameter "?" @type)
(required_parameter "readonly" @type)
(optional_parameter "readonly" @type)
(method_definition ["?" "readonly"] @type)
(variable_declarator "!" @type)
(abstract_class_declaration "abstract" @type)
(non_null_expression "!" @type)

[(as_expression) (satisfies_expression)] @cast
(arrow_function) @arrow
(assignment_expression "using" @using)

[
  (interface_declaration) (type_alias_declaration) (ambient_declaration) (function_signature)
] @statement
(import_statement ["type" "typeof"]) @statement
(import_specifier ["type" "typeof"]) @specifier
(export_specifier ["type" "typeof"]) @specifier

(class_body [(abstract_method_signature) (method_signature) (index_signature)] @member)
(public_field_definition) @field
[(required_parameter) (optional_parameter)] @parameter
(decorator) @decorator

(export_statement) @export
(enum_declaration) @enum
[(internal_module) (module)] @namespace
(import_statement (import_require_clause)) @import
(import_alias) @import
(binary_expression
  left: (binary_expression operator: "<") operator: ">" right: (template_string)) @tagged
"""

ASSERTIONS = "(type_assertion) @assertion"
"""What only the grammar without elements has."""
