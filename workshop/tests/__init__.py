"""The template as a template: its pages, its benchmarks, its workflow, and other applications in the demo's place."""
