"""The report: sections declared in `reports/`, asked of the published marts, on one page without network.

reports/report.yml                      title, filters, and what columns are called
reports/<tab>/_<tab>.yml                the sections of one tab: what they need, find, and draw
reports/<tab>/<section>.sql             the question of one section

declaration  reads these files            -> Report
answers      asks the published marts     -> Answer
charts       draws an answer              -> Vega-Lite specification
page         writes answers down as HTML
"""
