@echo off
rem Opens the dashboard in the browser; "start.bat demo" shows the made-up city, other words are a command.
cd /d "%~dp0"
set "PYTHONPATH=%~dp0site-packages;%~dp0."
set PYTHONNOUSERSITE=1
set PYTHONUTF8=1
chcp 65001 >nul
if "%~1"=="" goto open
if "%~1"=="demo" goto demo
python\python.exe -m wenming_metrics %*
goto end
:demo
set "WENMING_STORE=%~dp0data\store\demo.db"
python\python.exe -m wenming_metrics demo
if errorlevel 1 goto end
:open
python\python.exe -m wenming_metrics serve --open
:end
if errorlevel 1 pause
